"""Signs of life of the attempts that run in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.jobs.away import AWAY
from service.jobs.job import Attempt
from service.jobs.store import JobStore
from service.runtime.patience import Patience
from service.speech import Chunk


class Running:
    """An attempt that runs.

    Attributes:
        patience: cancelled when the attempt is not wanted any more.
        spoken: how much of the text has been spoken, 0 to 1.
    """

    def __init__(self, attempt: Attempt) -> None:
        """A callback has no text, and is not spoken."""
        self.attempt = attempt
        self.patience = Patience(refusable=False)
        self.spoken = 0.0
        part = attempt.item.part
        self._characters = len(attempt.job.texts[part]) if part in attempt.job.parts else 1

    def heard(self, chunk: Chunk) -> None:
        """Notes how far it is."""
        self.spoken = min(1.0, chunk.end_char / self._characters)


class Pulse:
    """Tells the store of every attempt in turn that it is alive, and stops those that are not wanted.

    While Redis is away, attempts go on: it will take their results when it is back.
    """

    def __init__(self, store: JobStore, seconds: float) -> None:
        """Beats every ``seconds``, once it has been started."""
        self._store, self._seconds = store, seconds
        self._running: set[Running] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begins, in a thread of its own that ends with the process."""
        threading.Thread(target=self._run, name="job-pulse", daemon=True).start()

    @contextmanager
    def of(self, attempt: Attempt) -> Iterator[Running]:
        """Keeps an attempt alive inside the context."""
        running = Running(attempt)
        with self._lock:
            self._running.add(running)
        try:
            yield running
        finally:
            with self._lock:
                self._running.discard(running)

    def cancel(self) -> None:
        """Stops all attempts."""
        for running in self._all():
            running.patience.cancel()

    def _all(self) -> list[Running]:
        with self._lock:
            return list(self._running)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(self._seconds):
            for running in self._all():
                self._beat(running)

    def _beat(self, running: Running) -> None:
        try:
            wanted = self._store.beat(running.attempt, running.spoken)
        except AWAY:
            return
        if not wanted:
            running.patience.cancel()
