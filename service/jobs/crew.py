"""The threads of this process that work on jobs."""

from __future__ import annotations

from contextlib import suppress

import dramatiq

from service.jobs.away import AWAY
from service.jobs.pulse import Pulse
from service.jobs.queue import ACTOR, QUEUE, JobQueue
from service.jobs.runner import Runner
from service.jobs.tempo import Tempo


class Crew:
    """Takes messages from a queue and works on them, a few at a time."""

    def __init__(self, queue: JobQueue, runner: Runner, pulse: Pulse, threads: int, tempo: Tempo) -> None:
        """Works on ``threads`` items at once, once it has been started. One crew a process."""
        dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=queue.broker)(runner.work)
        self._runner, self._pulse = runner, pulse
        self._worker = dramatiq.Worker(
            queue.broker, worker_threads=threads, worker_timeout=round(tempo.wake * 1000)
        )
        # What is fetched begins at once: nothing waits here while another worker is idle.
        self._worker.queue_prefetch = threads

    def start(self) -> None:
        """Begins to take messages."""
        self._pulse.start()
        self._worker.start()

    @property
    def complete(self) -> bool:
        """Whether all threads are at work; one that has died does not come back."""
        threads = [*self._worker.workers, *self._worker.consumers.values()]
        return all(thread.is_alive() for thread in threads)

    def stop(self, seconds: float) -> None:
        """Hands back what runs, within about ``seconds``; where Redis is away, it will be missed later."""
        self._runner.stop()
        with suppress(*AWAY):
            self._worker.stop(round(seconds * 1000))
