"""One line on its way from whoever asked for it to speech."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from service.models.line import SymbolLine
from service.runtime.acoustic import Plan
from service.runtime.networks import Networks
from service.runtime.progress import Progress

Floats = NDArray[np.float32]


class Speaking:
    """A line that is being spoken: the engine's workers drive it, and whoever asked takes ``samples``.

    Attributes:
        networks: the voice's.
        progress: None until the line is planned.
        cancelled: whoever asked does not want it any more.
        busy: a worker is at it.
    """

    def __init__(
        self, networks: Networks, line: SymbolLine, number: int, start: int = 0, *, keep_mel: bool
    ) -> None:
        """Takes the place of the line in the order of arrival as ``number``.

        ``start`` is what it counts as having heard already: as much as whoever has heard least.
        """
        self.networks = networks
        self.progress: Progress | None = None
        self.cancelled = False
        self.busy = False
        self._line, self._number, self._keep_mel = line, number, keep_mel
        self._start = start
        self._planned: Future[Plan] = Future()
        self._results: queue.SimpleQueue[Floats | BaseException | None] = queue.SimpleQueue()

    @property
    def urgency(self) -> tuple[int, int]:
        """The smaller, the sooner: the frames that it has heard, from its start on, then who came first."""
        return self._start + (self.progress.spoken if self.progress else 0), self._number

    @property
    def missing_steps(self) -> int:
        """How many decoder steps are to be done before ``work``; 0 where there is no plan yet."""
        return self.progress.missing_steps if self.progress else 0

    @property
    def finished(self) -> bool:
        """Whether every frame has been spoken."""
        return self.progress is not None and self.progress.finished

    def work(self) -> None:
        """Plans the line, or makes samples of its next piece.

        Raises:
            SymbolError: the voice cannot read the line.
            UnusableSpeechError: what the networks give is no speech.
        """
        if self.progress is not None:
            self._results.put(self.progress.render())
            return
        self.progress = Progress(self.networks, self._line, keep_mel=self._keep_mel)
        self._planned.set_result(self.progress.plan)

    def end(self, error: BaseException | None = None) -> None:
        """Tells whoever asked that there is no more, and why if it is not all."""
        if error is not None and not self._planned.done():
            self._planned.set_exception(error)
        self._results.put(error)

    def plan(self) -> Plan:
        """Waits for the plan.

        Raises:
            SymbolError, UnusableSpeechError: see ``work``.
        """
        return self._planned.result()

    def samples(self) -> Iterator[Floats]:
        """Yields samples as they are made; leaving early cancels the rest.

        Raises:
            SymbolError, UnusableSpeechError: see ``work``.
        """
        try:
            while (result := self._results.get()) is not None:
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            self.cancelled = True

    def mel(self) -> Floats:
        """What the vocoder was given so far, shape (frames, mels); only if it is kept."""
        return np.concatenate(self.progress.mel if self.progress else [])
