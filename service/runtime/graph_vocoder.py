"""The vocoder as a graph, run piece by piece: each is given the context that its samples depend on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.runtime.guard import is_silent, is_sound
from service.runtime.sessions import session_of
from service.runtime.shelf import Shelf

Floats = NDArray[np.float32]
Inputs = dict[str, NDArray[Any]]
"""A piece: mel, context before and behind, and for NSF voices the excitation."""
Graph = Callable[[Inputs], Floats]
"""Gives the samples of a piece, shape (n,)."""


class GraphVocoder:
    """A voice's vocoder in fp32, or in int8 with the fp32 one to fall back on. Safe to share between threads.

    Attributes:
        before, behind: frames of context that a piece needs around it.
        hop: samples of a frame.
    """

    def __init__(
        self, model: bytes, context: tuple[int, int], hop: int, shelf: Shelf, exact: bytes | None = None
    ) -> None:
        """Loads the graph.

        Args:
            model: the graph.
            context: frames before and behind a piece that its samples depend on.
            hop: samples of a frame.
            shelf: of the voices that share what they have in common.
            exact: what makes a piece again that the graph spoils; loaded when that happens.
        """
        self.before, self.behind = context
        self.hop = hop
        self._fast = _graph(model, shelf)
        self._exact = None if exact is None else cache(lambda: _graph(exact, Shelf()))

    def start(self, total: int) -> GraphSentence:  # noqa: ARG002  which pieces are the last, its caller knows
        """Begins a sentence of ``total`` frames."""
        return GraphSentence(self)

    def render(self, inputs: Inputs) -> tuple[Floats, bool]:
        """Gives the samples of a piece, shape (n,), and whether they had to be made again."""
        samples = self._fast(inputs)
        if self._exact is not None and (is_silent(samples) or not is_sound(samples)):
            return self._exact()(inputs), True
        return samples, False


def _graph(model: bytes, shelf: Shelf) -> Graph:
    session = session_of(model, shelf)

    def samples(inputs: Inputs) -> Floats:
        spoken: Floats = session(**inputs)["samples"][0, 0]
        return spoken

    return samples


class GraphSentence:
    """One sentence on its way through the vocoder.

    Attributes:
        repaired: pieces that had to be made again in fp32.
    """

    def __init__(self, vocoder: GraphVocoder) -> None:
        self._vocoder = vocoder
        self._mel: Floats | None = None  # all frames that still count as context, and what is to be spoken
        self._excitation: Floats | None = None
        self._start = 0  # the next frame to be spoken, among these
        self.repaired = 0

    def push(self, mel: Floats, excitation: Floats | None) -> None:
        """Takes the next frames, shape (m, mels), and for NSF voices the excitation, shape (m * hop,)."""
        self._mel = _joined(self._mel, mel)
        if excitation is not None:
            self._excitation = _joined(self._excitation, excitation)

    def speak(self, frames: int) -> Floats:
        """Gives the samples of the next ``frames`` frames, shape (frames * hop,)."""
        samples, repaired = self._vocoder.render(self.inputs(frames))
        self.repaired += repaired
        self._forget(frames)
        return samples

    def inputs(self, frames: int) -> Inputs:
        """Gives the graph's inputs for the next ``frames`` frames."""
        assert self._mel is not None  # noqa: S101  something is ready
        start, end = self._start, self._start + frames
        low = max(0, start - self._vocoder.before)
        high = min(len(self._mel), end + self._vocoder.behind)
        inputs: Inputs = {
            "mel": np.ascontiguousarray(self._mel[low:high].T[None]),
            "before": np.array([start - low]),
            "behind": np.array([high - end]),
        }
        if self._excitation is not None:
            hop = self._vocoder.hop
            inputs["excitation"] = self._excitation[None, None, low * hop : high * hop]
        return inputs

    def _forget(self, frames: int) -> None:
        end = self._start + frames
        gone = max(0, end - self._vocoder.before)
        self._start = end - gone
        self._mel = self._mel[gone:] if self._mel is not None else None
        if self._excitation is not None:
            self._excitation = self._excitation[gone * self._vocoder.hop :]


def _joined(first: Floats | None, second: Floats) -> Floats:
    return second if first is None else np.concatenate([first, second])
