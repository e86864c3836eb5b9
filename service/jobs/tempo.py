"""How soon a lost worker is noticed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tempo:
    """Times in seconds.

    Attributes:
        pulse: between two signs of life of an attempt, which also tell it whether it is still wanted.
        lease: without a sign of life after which an attempt counts as lost.
        grace: after which an item that nobody works on is looked for among the messages that wait.
        sweep: between two searches for such items.
        heartbeat: without a sign of life after which all messages of a worker are given to others.
        wake: between two looks at an idle queue, at most.
        backoff: before a part that failed unexpectedly is tried again, and before a callback is.
    """

    pulse: float = 0.2
    lease: float = 6.0
    grace: float = 15.0
    sweep: float = 2.0
    heartbeat: float = 12.0
    wake: float = 0.5
    backoff: float = 2.0
