"""How long, and how willingly, a caller waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class PatienceError(RuntimeError):
    """The caller does not wait any longer. That is about this caller alone: the work itself is sound."""


class OutOfTimeError(PatienceError):
    """The caller's time is over."""


class CancelledError(PatienceError):
    """The caller has gone, or wants no more."""


class Patience:
    """A caller's terms, which go along with its request. Safe to share between threads.

    Attributes:
        refusable: whether the caller may be told to come back later. A job is not: it has time.
        cancelled: the caller wants no more.
    """

    def __init__(
        self, seconds: float | None = None, *, most: float | None = None, refusable: bool = True
    ) -> None:
        """Counts from now; ``seconds`` of None is for ever. It can be prolonged up to ``most`` seconds."""
        self.refusable = refusable
        self._most = most
        self.cancelled = False
        self._start = time.monotonic()
        self._end = None if seconds is None else self._start + seconds
        self._rests = 0
        self._wakes: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def elapsed(self) -> float:
        """Seconds since the request came."""
        return time.monotonic() - self._start

    def remaining(self) -> float | None:
        """Seconds that are left, never below 0; None for ever, or while it rests."""
        with self._lock:
            if self._end is None or self._rests:
                return None
            return max(0.0, self._end - time.monotonic())

    def prolong(self) -> None:
        """Allows the most time that was agreed on: the caller hears something by now."""
        with self._lock:
            if self._end is not None and self._most is not None:
                self._end = max(self._end, self._start + self._most)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Has its time stand still inside the context: what happens there is the caller's own doing."""
        started = time.monotonic()
        with self._lock:
            self._rests += 1
        try:
            yield
        finally:
            with self._lock:
                self._rests -= 1
                if self._end is not None:
                    self._end += time.monotonic() - started

    def check(self) -> None:
        """Does nothing as long as the caller waits.

        Raises:
            CancelledError: it has gone.
            OutOfTimeError: its time is over.
        """
        if self.cancelled:
            raise CancelledError("The request was cancelled.")
        if self.remaining() == 0.0:
            raise OutOfTimeError("The request could not be finished in the time that was allowed for it.")

    def cancel(self) -> None:
        """Says that the caller wants no more, and wakes what waits on its behalf."""
        with self._lock:
            self.cancelled = True
            wakes = tuple(self._wakes)
        for wake in wakes:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Has ``wake`` called when the caller cancels inside the context, or has done so before."""
        with self._lock:
            self._wakes.append(wake)
            cancelled = self.cancelled
        if cancelled:
            wake()
        try:
            yield
        finally:
            with self._lock:
                self._wakes.remove(wake)
