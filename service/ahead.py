"""Speech that is made ahead of whoever takes it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator
from contextlib import closing
from types import TracebackType

from service.runtime.patience import Patience
from service.speech import Chunk

_ENOUGH = 30.0
"""Seconds of speech that may wait to be taken: more than it takes until there is another turn, as a rule."""


class Ahead:
    """Runs a stream in a thread of its own, and gives its chunks to whoever iterates.

    A sentence's turn lasts until its last chunk has been asked for, so one that goes to a slow reader would
    keep others waiting. Here it is spoken at full speed. Between sentences the thread pauses as long as more
    than ``_ENOUGH`` seconds of speech wait to be taken.

    It is for one reader; ``close`` may be called from any thread.
    """

    def __init__(self, chunks: Generator[Chunk, None, None], patience: Patience) -> None:
        """Takes a stream of ``Synthesizer.stream`` and the patience it was asked with; work begins at once.

        Nobody else may touch the stream from now on.
        """
        self._chunks, self._patience = chunks, patience
        self._changed = threading.Condition()
        self._made: deque[Chunk] = deque()
        self._seconds = 0.0  # of what has been made and not taken
        self._ended = False
        self._error: Exception | None = None
        threading.Thread(target=self._run, name="speak-ahead", daemon=True).start()

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Ahead:
        return self

    def __next__(self) -> Chunk:
        """Waits for the next chunk.

        Raises:
            CancelledError: it is closed, or the patience was cancelled.
            BusyError, PatienceError, VoiceError: as ``Synthesizer.stream`` says, behind the chunks before it.
        """
        while not self.wait(None):
            pass  # the clock of a condition is not that of patience
        with self._changed:
            if self._ended and not self._made and not self._patience.cancelled:
                raise self._error or StopIteration
            if not self._made or self._patience.cancelled:
                self._patience.check()
            chunk = self._made.popleft()
            self._seconds -= _seconds(chunk)
            self._changed.notify_all()
            return chunk

    def wait(self, seconds: float | None) -> bool:
        """Waits at most ``seconds``, and tells whether asking for the next chunk would not wait any more."""
        limits = [limit for limit in (seconds, self._patience.remaining()) if limit is not None]
        with self._changed:
            return self._changed.wait_for(self._has_news, min(limits, default=None))

    def close(self) -> None:
        """Cancels the patience, which stops the work soon. Does not wait for that."""
        self._patience.cancel()

    def _has_news(self) -> bool:
        gone = self._patience.cancelled or self._patience.remaining() == 0.0
        return bool(self._made) or self._ended or gone

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        error: Exception | None = None
        try:
            with closing(self._chunks), self._patience.waking(self._wake):
                self._make()
        except Exception as raised:
            error = raised
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def _make(self) -> None:
        for chunk in self._chunks:
            with self._changed:
                self._made.append(chunk)
                self._seconds += _seconds(chunk)
                self._changed.notify_all()
                if chunk.last and not self._may_go_on():
                    with self._patience.resting():
                        self._changed.wait_for(self._may_go_on)
                if self._patience.cancelled:
                    return

    def _may_go_on(self) -> bool:
        return self._seconds <= _ENOUGH or self._patience.cancelled


def _seconds(chunk: Chunk) -> float:
    return len(chunk.samples) / chunk.sample_rate
