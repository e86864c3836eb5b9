"""Work for later: done one piece after the other, behind the backs of those who wait for answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

Work = Callable[[], None]


class Writer:
    """A thread that does what it is given, in that order. It starts with the first piece of work."""

    def __init__(self, max_bytes: int, max_pieces: int = 1000) -> None:
        """Holds at most so many bytes and pieces of work that are not done yet."""
        self._max_bytes, self._max_pieces = max_bytes, max_pieces
        self._pending: deque[tuple[int, Work]] = deque()
        self._bytes = 0
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def offer(self, size: int, work: Work) -> bool:
        """Takes work that holds ``size`` bytes and raises nothing; False where there is no room for it."""
        with self._changed:
            full = self._bytes + size > self._max_bytes or len(self._pending) >= self._max_pieces
            if full or self._closed:
                return False
            self._pending.append((size, work))
            self._bytes += size
            if self._thread is None:
                self._thread = Thread(target=self._run, name="cache-writer", daemon=True)
                self._thread.start()
            self._changed.notify()
        return True

    def close(self, seconds: float) -> None:
        """Takes no more, and waits up to ``seconds`` until all is done."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closed)
                if not self._pending:
                    return
                size, work = self._pending[0]
            work()
            with self._changed:
                self._pending.popleft()
                self._bytes -= size
            del work  # or what it holds would stay until there is more to do
