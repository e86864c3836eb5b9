"""The queue in front of synthesis."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_FIRST_GUESS_SECONDS = 1.0
_SMOOTHING = 0.2


class BusyError(RuntimeError):
    """Too many callers wait already.

    Attributes:
        retry_after: seconds until the queue is likely to have room.
    """

    def __init__(self, retry_after: float) -> None:
        super().__init__("The service is busy; try again later.")
        self.retry_after = retry_after


class Gate:
    """Lets ``limit`` callers in at once and keeps at most ``waiting`` more in a first-come queue.

    Synthesis takes a turn for each sentence, so that long requests and short ones take turns.
    """

    def __init__(self, limit: int, waiting: int) -> None:
        """Takes how many may be inside and how many may wait.

        Raises:
            ValueError: ``limit`` is below 1 or ``waiting`` below 0.
        """
        if limit < 1 or waiting < 0:
            raise ValueError("A gate lets at least one in, and no fewer than none wait.")
        self._limit = limit
        self._most_waiting = waiting
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._inside = 0
        self._turn_seconds = _FIRST_GUESS_SECONDS

    @property
    def waiting(self) -> int:
        """How many callers wait now."""
        return len(self._queue)

    @contextmanager
    def turn(self, again: bool = False) -> Iterator[None]:
        """Waits for a turn and holds it.

        Args:
            again: the caller has had a turn for the same request and is not refused another; all the
                work done for it so far would be lost.

        Raises:
            BusyError: the queue is full; raised at once.
        """
        self._enter(again)
        started = time.monotonic()
        try:
            yield
        finally:
            self._leave(time.monotonic() - started)

    def _enter(self, again: bool) -> None:
        with self._lock:
            if self._inside < self._limit:
                self._inside += 1
                return
            if not again and len(self._queue) >= self._most_waiting:
                raise BusyError(self._retry_after())
            ticket = threading.Event()
            self._queue.append(ticket)
        try:
            ticket.wait()
        except BaseException:
            self._give_up(ticket)
            raise

    def _leave(self, seconds: float) -> None:
        with self._lock:
            self._turn_seconds += _SMOOTHING * (seconds - self._turn_seconds)
            self._pass_on()

    def _pass_on(self) -> None:
        """Hands this place straight to who waits longest, so that no newcomer slips in between."""
        if self._queue:
            self._queue.popleft().set()
        else:
            self._inside -= 1

    def _give_up(self, ticket: threading.Event) -> None:
        """Leaves the queue on an interrupt, or passes on the turn that came in the same moment."""
        with self._lock:
            if ticket.is_set():
                self._pass_on()
            else:
                self._queue.remove(ticket)

    def _retry_after(self) -> float:
        return max(1.0, self._turn_seconds * (len(self._queue) + 1) / self._limit)
