"""Callers that want the same at the same time: one of them makes it, the others wait."""

from __future__ import annotations

from threading import Condition, Event, Lock
from typing import Literal

from service.recording import Recording
from service.runtime.patience import Patience

Result = Literal["hit", "miss", "shared", "skipped", "error"]
"""How a question to the cache went, as ``Metrics.cache_requests`` counts it."""

Made = tuple[Recording, Result]


class Flight:
    """A recording on its way, from the first caller that asks until it is kept or there is none."""

    def __init__(self) -> None:
        """Has not landed."""
        self.settled = Event()
        self._changed = Condition()
        self._landed = False
        self._made: Made | None = None
        self._error: Exception | None = None

    def land(self, made: Made | None = None, error: Exception | None = None) -> None:
        """Tells all that wait: the recording, or what it failed with, or neither: see to it yourselves."""
        with self._changed:
            self._made, self._error, self._landed = made, error, True
            self._changed.notify_all()

    def wait(self, patience: Patience) -> Made | None:
        """Waits for the recording; None says that somebody else has to make it.

        Raises:
            PatienceError: the caller does not wait any longer.
            Exception: what the recording failed with.
        """
        with patience.waking(self._wake), self._changed:
            self._changed.wait_for(lambda: self._landed or patience.cancelled, patience.remaining())
        if not self._landed:
            patience.check()
        if self._error is not None:
            raise self._error
        return self._made

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


class Flights:
    """The flights of a process, at most one under each key. Safe to share between threads."""

    def __init__(self) -> None:
        """There are none yet."""
        self._flights: dict[str, Flight] = {}
        self._lock = Lock()

    def join(self, key: str) -> tuple[Flight, bool]:
        """The flight under a key, and whether the caller is the first, who has to make it land."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def find(self, key: str) -> Flight | None:
        """The flight under a key, if there is one."""
        return self._flights.get(key)

    def settle(self, key: str) -> None:
        """Ends the flight under a key: nobody joins it any more."""
        with self._lock:
            flight = self._flights.pop(key)
        flight.settled.set()
