"""Speaks lines of different requests at once, on a fixed number of threads.

What is to be done is cut into short jobs: plan a line, decode some steps of all lines together, make samples
of one piece of a line. Each worker takes the job of whoever has heard least so far, so that first sounds come
soon, long texts do not hold up short ones, and no thread waits for another. Who comes later counts as having
heard as much as whoever has heard least by then, so that newcomers do not keep those before them from their
last words (start-time fair queueing; Goyal, Vin and Cheng, 1996).
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from service.models.line import SymbolLine
from service.observability.metrics import Metrics
from service.runtime.decoder import MelDecoder
from service.runtime.guard import UnusableSpeechError
from service.runtime.networks import Networks
from service.runtime.speaking import Speaking

_BATCH = 16  # lines that are decoded together
_STEPS = 16  # decoder steps of one job at most, about half a second of speech


@dataclass(frozen=True, slots=True)
class _Job:
    """Something to do: the lines that it is for, and the decoder that is busy with it."""

    run: Callable[[], None]
    lines: Sequence[Speaking]
    decoder: MelDecoder | None = None


class Engine:
    """Worker threads and the lines that they speak. Safe to share between threads.

    Attributes:
        counts: what happened so far: lines ``"spoken"``, ``"unusable"``, ``"cancelled"``, and pieces
            ``"repaired"``, made again in fp32.
    """

    def __init__(self, threads: int, metrics: Metrics | None = None) -> None:
        """Starts the workers."""
        self.counts: Counter[str] = Counter()
        self._told = (metrics or Metrics()).engine_lines
        self._numbers = itertools.count()
        self._active: list[Speaking] = []
        self._decoding: set[MelDecoder] = set()  # those at work
        self._change = threading.Condition()
        self._open = True
        self._workers = [
            threading.Thread(target=self._work, name=f"speech-{index}", daemon=True)
            for index in range(threads)
        ]
        for worker in self._workers:
            worker.start()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def speak(self, networks: Networks, line: SymbolLine, *, keep_mel: bool = False) -> Speaking:
        """Begins to speak a line; take ``samples`` of what it gives.

        Raises:
            RuntimeError: the engine is closed.
        """
        with self._change:
            if not self._open:
                raise RuntimeError("The engine is closed.")
            start = min((other.urgency[0] for other in self._active), default=0)
            speaking = Speaking(networks, line, next(self._numbers), start, keep_mel=keep_mel)
            self._active.append(speaking)
            self._change.notify()
        return speaking

    def close(self) -> None:
        """Ends the workers; lines that are not finished end with an error."""
        with self._change:
            self._open = False
            self._change.notify_all()
        for worker in self._workers:
            worker.join()
        for speaking in self._active:
            speaking.end(RuntimeError("The service is shutting down."))
        self._active.clear()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._release(job, _run(job))

    def _next(self) -> _Job | None:
        """Waits for a job; None at the end."""
        with self._change:
            while self._open:
                self._drop_cancelled()
                if job := self._choose():
                    return job
                self._change.wait()
        return None

    def _choose(self) -> _Job | None:
        lines = sorted(self._active, key=lambda line: line.urgency)
        for speaking in lines:
            if speaking.busy:
                continue
            if speaking.missing_steps == 0:
                speaking.busy = True
                return _Job(speaking.work, [speaking])
            decoder = speaking.networks.decoder
            if decoder not in self._decoding:
                self._decoding.add(decoder)
                return _decode_job(speaking, lines)
        return None

    def _release(self, job: _Job, error: Exception | None) -> None:
        with self._change:
            if job.decoder is not None:
                self._decoding.discard(job.decoder)
            for speaking in job.lines:
                if job.decoder is None:
                    speaking.busy = False
                done = job.decoder is None and speaking.finished
                if speaking in self._active and (done or error is not None):
                    self._end(speaking, error)
            self._change.notify_all()

    def _end(self, speaking: Speaking, error: Exception | None) -> None:
        if isinstance(error, UnusableSpeechError):
            self._count("unusable")
        elif error is None:
            self._count("spoken")
        self._drop(speaking, error)

    def _count(self, what: str, number: int = 1) -> None:
        self.counts[what] += number
        self._told.labels(what).inc(number)

    def _drop_cancelled(self) -> None:
        for speaking in [line for line in self._active if line.cancelled and not line.busy]:
            self._count("cancelled")
            self._drop(speaking, RuntimeError("The line was cancelled."))

    def _drop(self, speaking: Speaking, error: Exception | None) -> None:
        self._active.remove(speaking)
        self._count("repaired", speaking.progress.repaired if speaking.progress else 0)
        speaking.end(error)


def _run(job: _Job) -> Exception | None:
    try:
        job.run()
    except Exception as error:
        return error
    return None


def _decode_job(speaking: Speaking, lines: Sequence[Speaking]) -> _Job:
    """The next steps of a line; all others of the same voice come along, as they cost little more."""
    decoder, steps = speaking.networks.decoder, min(speaking.missing_steps, _STEPS)
    others = [line for line in lines if line.networks.decoder is decoder and line is not speaking]
    together = [line for line in [speaking, *others] if line.progress and line.progress.undecoded][:_BATCH]
    batch = [line.progress.decoding for line in together if line.progress]
    return _Job(lambda: decoder.advance(batch, steps), together, decoder)
