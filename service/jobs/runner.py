"""Working on one item of a job, from taking it to handing in what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from service.jobs.away import AWAY, persistently
from service.jobs.callback import CallbackFailedError, Callbacks
from service.jobs.failures import INTERNAL_ERROR, WORKER_LOST, lasting_failure
from service.jobs.job import CALLBACK, Attempt, Failure, Item
from service.jobs.pulse import Pulse, Running
from service.jobs.queue import JobQueue
from service.jobs.store import JobStore
from service.observability.logs import get_logger
from service.observability.metrics import Metrics
from service.observability.tracing import Attribute, Tracer
from service.renderer import Renderer
from service.runtime.gate import BusyError
from service.runtime.patience import PatienceError

_Result = TypeVar("_Result")

_MOST_ATTEMPTS = 3
_MOST_CALLS = 6
_BUSY_DELAY = 1.0  # seconds


class Runner:
    """Works on items as their messages come. Safe to call from several threads.

    A message may come twice, early or late: what is to be done is in the store, and only there. The
    renderer's cache knows each text by its content, so even speaking one again costs nothing where the
    recording is still at hand.
    """

    def __init__(
        self,
        store: JobStore,
        queue: JobQueue,
        renderer: Renderer,
        callbacks: Callbacks,
        metrics: Metrics,
        tracer: Tracer,
        pulse: Pulse,
        backoff: float,
    ) -> None:
        """``backoff``: seconds before what failed is tried again, doubled each time."""
        self._store, self._queue, self._pulse = store, queue, pulse
        self._renderer, self._callbacks = renderer, callbacks
        self._metrics, self._tracer = metrics, tracer
        self._backoff = backoff
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Hands back what runs, and whatever comes from now on."""
        self._stopping.set()
        self._pulse.cancel()

    def work(self, task_id: str, part: int) -> None:
        """Does one item, unless it is done already or somebody else is at it."""
        item = Item(task_id, part)
        started = time.monotonic()
        if self._stopping.is_set():
            self._send(item)
            return
        attempt = self._persistently(lambda: self._store.start(item))
        if attempt is None:
            get_logger().debug("job", task_id=task_id, part=part, outcome="superfluous")
            return
        outcome = self._try(attempt)
        get_logger().info(
            "job",
            task_id=task_id,
            request_id=attempt.job.request_id,
            part=part,
            attempt=attempt.number,
            outcome=outcome,
            seconds=round(time.monotonic() - started, 3),
        )

    def _try(self, attempt: Attempt) -> str:
        """Gives what became of the attempt, in a word."""
        item = attempt.item
        about: dict[str, Attribute] = {"task_id": item.task_id, "part": item.part, "attempt": attempt.number}
        with (
            self._pulse.of(attempt) as running,
            self._tracer.job_span("job", attempt.job.trace, about) as span,
        ):
            if self._stopping.is_set():  # since before the pulse knew of it
                running.patience.cancel()
            outcome = self._notify(attempt) if item.part == CALLBACK else self._speak(attempt, running)
            span.set({"outcome": outcome})
            return outcome

    def _speak(self, attempt: Attempt, running: Running) -> str:
        if attempt.number > _MOST_ATTEMPTS:
            return self._fail(attempt, WORKER_LOST)
        asked = attempt.job.part(attempt.item.part)
        try:
            recording, _ = self._renderer.recording(asked, running.patience, running.heard)
        except PatienceError:
            unwanted = running.patience.cancelled and not self._stopping.is_set()
            return "cancelled" if unwanted else self._hand_back(attempt)
        except BusyError:
            return self._hand_back(attempt, _BUSY_DELAY)
        except Exception as error:
            failure = lasting_failure(error)
            return self._fail(attempt, failure) if failure else self._unexpected(attempt, error)
        status = self._persistently(lambda: self._store.finish(attempt, recording))
        if status == "done":
            self._ended(attempt, "done")
        return "superfluous" if status is None else "done"

    def _unexpected(self, attempt: Attempt, error: Exception) -> str:
        job, part = attempt.job, attempt.item.part
        get_logger().error(
            "unexpected_error", request_id=job.request_id, task_id=job.task_id, part=part, exc_info=error
        )
        if attempt.number >= _MOST_ATTEMPTS:
            return self._fail(attempt, INTERNAL_ERROR)
        return self._retry(attempt)

    def _fail(self, attempt: Attempt, failure: Failure) -> str:
        if not self._persistently(lambda: self._store.fail(attempt, failure)):
            return "superfluous"
        self._ended(attempt, "failed")
        return "failed"

    def _ended(self, attempt: Attempt, outcome: str) -> None:
        self._metrics.jobs_finished.labels(outcome).inc()
        if attempt.job.callback_url:
            self._send(Item(attempt.job.task_id, CALLBACK))

    def _notify(self, attempt: Attempt) -> str:
        """Tells the client, and gives up after some attempts."""
        state = self._persistently(lambda: self._store.find(attempt.item.task_id))
        outcome = "told"
        try:
            if state is not None:
                self._callbacks.send(state)
        except CallbackFailedError as error:
            get_logger().warning(
                "callback_failed",
                request_id=attempt.job.request_id,
                task_id=attempt.item.task_id,
                attempt=attempt.number,
                reason=str(error),
            )
            if attempt.number < _MOST_CALLS:
                return self._retry(attempt)
            outcome = "untold"
        self._persistently(lambda: self._store.finish(attempt, None))
        return outcome

    def _retry(self, attempt: Attempt) -> str:
        delay = self._backoff * 2 ** (attempt.number - 1)
        self._persistently(lambda: self._store.release(attempt, counted=True, delay=delay))
        self._send(attempt.item, delay)
        return "retried"

    def _hand_back(self, attempt: Attempt, delay: float = 0.0) -> str:
        """Gives the item to another worker. The attempt does not count: it is not the job's fault."""
        self._persistently(lambda: self._store.release(attempt, counted=False, delay=delay))
        self._send(attempt.item, delay)
        return "handed_back"

    def _send(self, item: Item, delay: float = 0.0) -> None:
        """Sends a message; where Redis is away, the item is found without one later."""
        try:
            self._store.sent(item, self._queue.send(item, delay))
        except AWAY:
            get_logger().warning("message_not_sent", task_id=item.task_id, part=item.part)

    def _persistently(self, act: Callable[[], _Result]) -> _Result:
        return persistently(act, self._stopping)
