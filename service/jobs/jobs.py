"""Jobs as those who ask for them see them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from service.jobs.away import AWAY
from service.jobs.callback import Callbacks
from service.jobs.crew import Crew
from service.jobs.job import STATUSES, Item, Job, JobState, JobsUnavailableError
from service.jobs.queue import JobQueue
from service.jobs.store import JobStore
from service.observability.logs import get_logger
from service.observability.metrics import Metrics
from service.observability.tracing import Tracer
from service.recording import Recording

_GRACE_SECONDS = 1.0


class Jobs:
    """Takes jobs, and tells what has become of them. Safe to share between threads."""

    def __init__(
        self,
        store: JobStore,
        queue: JobQueue,
        callbacks: Callbacks,
        metrics: Metrics,
        tracer: Tracer,
        crew: Crew | None = None,
    ) -> None:
        """``crew`` works on what is in the queue, from the first job on; without one, other processes do."""
        self._store, self._queue, self._callbacks = store, queue, callbacks
        self._metrics, self._tracer = metrics, tracer
        self._crew, self._starting, self._started = crew, Lock(), False

    def check_callback(self, url: str) -> None:
        """Does nothing if a job's callback may go to that address.

        Raises:
            CallbackUrlError: it may not; the message says why.
        """
        self._callbacks.check(url)

    def submit(self, job: Job) -> None:
        """Takes a job: from here on it is not lost.

        Raises:
            JobsUnavailableError: it could not be kept, now.
        """
        self._start_crew()
        with _reachable():
            self._store.add(replace(job, trace=self._tracer.headers()))
        self._send(*(Item(job.task_id, part) for part in job.parts))

    def find(self, task_id: str) -> JobState | None:
        """How a job stands, or None where it is unknown or expired.

        Raises:
            JobsUnavailableError: jobs cannot be looked up now.
        """
        with _reachable():
            return self._store.find(task_id)

    def recordings(self, job: Job) -> list[Recording] | None:
        """What a job that is done has given, or None where it has expired.

        Raises:
            JobsUnavailableError: jobs cannot be looked up now.
        """
        with _reachable():
            return self._store.recordings(job)

    def remove(self, task_id: str) -> bool:
        """Cancels or forgets a job; gives False where it is unknown or expired.

        Raises:
            JobsUnavailableError: jobs cannot be looked up now.
        """
        with _reachable():
            status = self._store.remove(task_id)
        if status in ("queued", "running"):
            self._metrics.jobs_finished.labels("cancelled").inc()
        return status is not None

    def close(self) -> None:
        """Ends the crew; jobs in the memory of this process end with it."""
        with self._starting:
            if self._crew and self._started:
                self._crew.stop(_GRACE_SECONDS)
            self._crew = None

    def _start_crew(self) -> None:
        with self._starting:
            if self._crew and not self._started:
                self._crew.start()
                self._started = True

    def sweep(self) -> int:
        """Removes what is left of expired jobs, and sends messages for items that have lost theirs.

        Gives how many jobs were removed; 0 where jobs cannot be reached.
        """
        try:
            self._send(*self._store.orphans(self._queue.waiting))
            return self._store.expire()
        except AWAY:
            return 0

    def refresh(self) -> None:
        """Sets the gauges of jobs; where jobs cannot be reached, says so and leaves the others alone."""
        try:
            counts, oldest = self._store.counts(), self._store.oldest()
        except AWAY:
            self._metrics.jobs_reachable.set(0)
            return
        self._metrics.jobs_reachable.set(1)
        for status in STATUSES:
            self._metrics.jobs.labels(status).set(counts[status])
        for status, seconds in oldest.items():
            self._metrics.jobs_oldest_seconds.labels(status).set(seconds)

    def _send(self, *items: Item) -> None:
        """Sends messages; items for which that fails are found by ``sweep`` later."""
        try:
            for item in items:
                self._store.sent(item, self._queue.send(item))
        except AWAY:
            get_logger().warning("messages_not_sent", task_id=items[0].task_id)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except AWAY:
        raise JobsUnavailableError from None
