"""When to leave a failing server alone, and when to ask it again."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from service.cache.store import RestingError

_FIRST_REST = 0.1
_LONGEST_REST = 30.0
_LATE = 0.5  # of the time that a question may take
_LATE_SECONDS = 1.0


class Breaker:
    """Lets questions to a server through, until it fails; then lets it rest. Safe to share between threads.

    It rests for a tenth of a second, then a single question goes through: if that fails, it rests for twice
    as long as before, up to half a minute; if it is answered in time, all goes on. A server is as bad as one
    that does not answer if for a second all of its answers take more than half the time that they may take.
    One late answer says little: perhaps this process had no time to read it.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """Takes the seconds that a question may take.

        ``on_change`` is told whether the server rests now, whenever that changes.
        """
        self._seconds = seconds
        self._clock = clock
        self._on_change = on_change
        self._lock = Lock()
        self._late_since: float | None = None  # until there is an answer in time
        self._rest = 0.0  # how long this rest is; 0 while questions go through
        self._until = 0.0
        self._probing = False

    def enter(self, *, needed: bool = True) -> bool:
        """Asks for permission to ask; gives whether this question is a probe, for the calls below.

        A question that is not ``needed`` is put off while the server answers late.

        Raises:
            RestingError: the server rests.
        """
        with self._lock:
            if not self._rest:
                if not needed and 0 <= self._late_for() < _LATE_SECONDS:
                    raise RestingError(_LATE_SECONDS)
                return False
            left = self._until - self._clock()
            if left > 0 or self._probing:
                raise RestingError(max(left, _FIRST_REST))
            self._probing = True
            return True

    def answered(self, probe: bool, seconds: float = 0.0) -> None:
        """The question was answered; ``seconds`` is what the asker lost by it."""
        with self._lock:
            slow = self._is_slow(probe, seconds)
            changed = self._begin_rest(probe) if slow else self._end_rest(probe)
            resting = bool(self._rest)
        if changed:
            self._on_change(resting)

    def failed(self, probe: bool) -> None:
        """The question was not answered, or too late."""
        with self._lock:
            changed = self._begin_rest(probe)
        if changed:
            self._on_change(True)

    def _is_slow(self, probe: bool, seconds: float) -> bool:
        if seconds <= _LATE * self._seconds:
            self._late_since = None
            return False
        if self._late_since is None:
            self._late_since = self._clock()
        return probe or self._late_for() >= _LATE_SECONDS

    def _late_for(self) -> float:
        """Seconds since the first of the late answers in a row; below 0 where the last was in time."""
        return -1.0 if self._late_since is None else self._clock() - self._late_since

    def _begin_rest(self, probe: bool) -> bool:
        """Rests longer after a probe; what was asked before the rest began says nothing new."""
        if self._rest and not probe:
            return False
        begins = not self._rest
        self._rest = min(2 * self._rest, _LONGEST_REST) or _FIRST_REST
        self._until = self._clock() + self._rest
        self._probing, self._late_since = False, None
        return begins

    def _end_rest(self, probe: bool) -> bool:
        if not probe:
            return False
        self._probing, self._rest = False, 0.0
        return True
