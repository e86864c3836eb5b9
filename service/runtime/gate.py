"""The queue in front of synthesis: who is let in, and whose turn it is."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from service.observability.metrics import Metrics
from service.runtime.pace import Pace
from service.runtime.patience import Patience

_LEAST_SHARE = 40
"""Characters that every request counts with at least: turns are not divided below a sentence."""

_LATER_SHARE = 2.0
"""How much longer a request takes than by the work ahead of it: those that come later take turns as well."""


class BusyError(RuntimeError):
    """Too much work waits already.

    Attributes:
        retry_after: seconds until the queue is likely to have room.
    """

    def __init__(self, retry_after: float) -> None:
        super().__init__("The service is busy; try again later.")
        self.retry_after = retry_after


class Admission:
    """A request that has been let in. Each of its sentences takes a turn."""

    def __init__(self, gate: Gate, characters: int, patience: Patience) -> None:
        self._gate, self._patience = gate, patience
        self.characters = characters

    @contextmanager
    def turn(self, characters: int) -> Iterator[None]:
        """Waits for a turn, holds it, and then counts ``characters`` as spoken.

        Of a sentence that breaks off those count that the time was good for: callers who leave do not make
        the service look slow.

        Raises:
            PatienceError: the caller did not wait that long.
        """
        self._gate.enter(self._patience)
        started, seconds = time.monotonic(), None
        try:
            yield
        except BaseException:
            seconds = time.monotonic() - started
            raise
        finally:
            self.characters = max(0, self.characters - characters)
            self._gate.leave(characters, seconds)


class Gate:
    """Lets ``limit`` sentences be spoken at once; requests take turns, sentence by sentence.

    What a new request has to wait is estimated as if all were served at the same pace: a short one waits
    for as much of the others' text as it has itself, however long they are.
    """

    def __init__(self, limit: int, queue_seconds: float, metrics: Metrics | None = None) -> None:
        """Takes how many sentences are spoken at once, and how many seconds of work may wait.

        Raises:
            ValueError: ``limit`` is below 1 or ``queue_seconds`` below 0.
        """
        if limit < 1 or queue_seconds < 0:
            raise ValueError("A gate lets at least one in, and no less than no work wait.")
        self._limit = limit
        self._queue_seconds = queue_seconds
        self._metrics = metrics or Metrics()
        self._lock = threading.Lock()
        self._queue: deque[_Ticket] = deque()
        self._inside = 0
        self._admitted: set[Admission] = set()
        self._pace = Pace()
        self._measured = 0.0  # until when the work has been counted

    @property
    def waiting(self) -> int:
        """How many sentences wait for their turn now."""
        return len(self._queue)

    @property
    def seconds(self) -> float:
        """Of work that has been taken on and is not done yet, by the pace that is being measured."""
        with self._lock:
            return self._owed()

    @contextmanager
    def admit(self, characters: int, patience: Patience) -> Iterator[Admission]:
        """Lets a request in, which then asks for turns.

        Raises:
            BusyError: so much work waits that the request would wait too long, or not be done in its time.
        """
        admission = Admission(self, characters, patience)
        with self._lock:
            if patience.refusable:
                self._refuse(characters, patience.remaining())
            self._admitted.add(admission)
        try:
            yield admission
        finally:
            with self._lock:
                self._admitted.discard(admission)
                self._tell()

    def _refuse(self, characters: int, remaining: float | None) -> None:
        if not self._admitted:
            return  # it will be spoken at once; however long it takes, it would take no less later
        share = max(characters, _LEAST_SHARE)
        ahead = self._pace.seconds(sum(min(other.characters, share) for other in self._admitted))
        waits = len(self._admitted) >= self._limit
        excess = ahead - self._queue_seconds if waits else 0.0
        if remaining is not None:
            needed = _LATER_SHARE * (ahead + self._pace.seconds(characters))
            excess = max(excess, needed - remaining)
        if excess > 0:
            raise BusyError(min(60.0, max(1.0, excess)))

    def enter(self, patience: Patience) -> None:
        """Waits for a turn. For ``Admission`` only."""
        started = time.monotonic()
        with self._lock:
            self._tell()
            if self._inside < self._limit:
                self._count()
                self._inside += 1
                self._metrics.queue_wait_seconds.observe(0.0)
                return
            ticket = _Ticket()
            self._queue.append(ticket)
            self._metrics.queue_depth.set(len(self._queue))
        try:
            with patience.waking(ticket.wake):
                ticket.wait(patience)
        except BaseException:
            self._give_up(ticket)
            raise
        self._metrics.queue_wait_seconds.observe(time.monotonic() - started)

    def leave(self, characters: int, broken_after: float | None) -> None:
        """Ends a turn, in the middle of it after so many seconds. For ``Admission`` only."""
        with self._lock:
            spoken: float = characters
            if broken_after is not None:
                spoken = min(spoken, broken_after / self._inside / self._pace.seconds(1))
            self._count()
            self._pace.spoke(spoken)
            self._pass_on()
            self._tell()

    def _count(self) -> None:
        """Counts the time since the last change as work, if somebody was inside."""
        now = time.monotonic()
        if self._inside:
            self._pace.worked(now - self._measured)
        self._measured = now

    def _pass_on(self) -> None:
        """Hands this place straight to who waits longest, so that no newcomer slips in between."""
        if self._queue:
            self._queue.popleft().grant()
            self._metrics.queue_depth.set(len(self._queue))
        else:
            self._inside -= 1

    def _give_up(self, ticket: _Ticket) -> None:
        """Leaves the queue, or passes on the turn that came in the same moment."""
        with self._lock:
            if ticket.granted:
                self._count()
                self._pass_on()
            else:
                self._queue.remove(ticket)
                self._metrics.queue_depth.set(len(self._queue))

    def _tell(self) -> None:
        self._metrics.queue_seconds.set(self._owed())

    def _owed(self) -> float:
        return self._pace.seconds(sum(admission.characters for admission in self._admitted))


class _Ticket:
    """A place in the queue."""

    def __init__(self) -> None:
        self.granted = False
        self._changed = threading.Event()
        self.wake = self._changed.set

    def grant(self) -> None:
        self.granted = True
        self._changed.set()

    def wait(self, patience: Patience) -> None:
        """Raises PatienceError when the caller gives up first."""
        while not self.granted:
            self._changed.wait(patience.remaining())
            if not self.granted:
                patience.check()
