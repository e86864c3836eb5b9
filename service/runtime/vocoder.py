"""The vocoder, piece by piece: mel frames in, samples out."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.models.config import F0_FLOOR, VOICED_FROM, F0Scale
from service.runtime.excitation import ExcitationSource
from service.runtime.exported import VOCODER, VOCODERS, ExportedVoice
from service.runtime.guard import UnusableSpeechError, is_silent, is_sound
from service.runtime.int16_vocoder import Int16Vocoder, runs_here
from service.runtime.sessions import session_of
from service.runtime.shelf import Shelf

Floats = NDArray[np.float32]
Inputs = dict[str, NDArray[Any]]
"""A piece for the graph: mel, context before and behind, and for NSF voices the excitation."""
Vocode = Callable[..., Floats]
"""Gives the samples of a piece, shape (n,), whose inputs are named."""


_MIX = ("source_module.ffn.0.weight", "source_module.ffn.0.bias")


class Vocoder:
    """A voice's vocoder in one precision; int8 has the fp32 graph to fall back on. Thread-safe.

    Attributes:
        before, behind: frames of context that a piece needs around it.
        hop: samples of a frame.
        precision: ``"int8"``, ``"int16"`` or ``"fp32"``.
    """

    def __init__(
        self,
        voice: ExportedVoice,
        precision: str | None = None,
        library: ctypes.CDLL | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Loads what a precision takes.

        Args:
            voice: the exported voice.
            precision: ``"int8"``, ``"int16"`` or ``"fp32"``; where the voice or this machine lacks it, that
                is fp32. None takes the voice's own.
            library: the compiled one, which int16 needs.
            shelf: of the voices that share what they have in common.
        """
        self.precision = _possible(voice, precision, library)
        self.before, self.behind = voice.context
        self.hop = voice.vocoder.hop
        self._config, self._f0 = voice.vocoder, voice.acoustic.f0
        self._mix = tuple(voice.tensors[name] for name in _MIX if name in voice.tensors)
        self._fast = self._loaded(voice, library, shelf or Shelf())
        exact = voice.files[VOCODER]  # what int8 spoils is made with it again; loaded when that happens
        self._exact = cache(lambda: _graph(exact, Shelf())) if self.precision == "int8" else None

    def _loaded(self, voice: ExportedVoice, library: ctypes.CDLL | None, shelf: Shelf) -> Vocode:
        file, config = voice.files[VOCODERS[self.precision]], voice.vocoder
        if self.precision == "int16" and library is not None:
            return shelf.get(lambda: Int16Vocoder(file, config, library), ("int16", config), file)
        return _graph(file, shelf)

    def start(self, total: int, source: ExcitationSource | None = None) -> VocoderStream:
        """Begins a sentence of ``total`` frames; ``source`` stands in for an NSF voice's own."""
        rate = self._config.excitation_rate
        if rate is not None and source is None:
            source = ExcitationSource(self._mix, rate, self.hop)
        return VocoderStream(self, total, self._f0, source)

    def render(self, inputs: Inputs) -> tuple[Floats, bool]:
        """Gives the samples of a piece, shape (n,), and whether they had to be made again in fp32.

        Raises:
            UnusableSpeechError: the samples are no sound in fp32 either.
        """
        samples = self._fast(**inputs)
        repaired = False
        if self._exact is not None and (is_silent(samples) or not is_sound(samples)):
            samples, repaired = self._exact()(**inputs), True
        if not is_sound(samples):
            raise UnusableSpeechError("The vocoder gave samples that are no sound.")
        return samples, repaired


def _graph(model: bytes, shelf: Shelf) -> Vocode:
    session = session_of(model, shelf)

    def samples(**inputs: NDArray[Any]) -> Floats:
        spoken: Floats = session(**inputs)["samples"][0, 0]
        return spoken

    return samples


def _possible(voice: ExportedVoice, precision: str | None, library: ctypes.CDLL | None) -> str:
    wanted = precision or voice.precision
    if wanted == "int16" and not runs_here(library):
        return "fp32"
    return wanted if VOCODERS.get(wanted) in voice.files else "fp32"


class VocoderStream:
    """One sentence on its way through the vocoder.

    Attributes:
        repaired: pieces that had to be made again in fp32.
    """

    def __init__(
        self, vocoder: Vocoder, total: int, f0: F0Scale | None, source: ExcitationSource | None
    ) -> None:
        self._vocoder, self._total, self._f0, self._source = vocoder, total, f0, source
        self._mel: Floats | None = None  # all frames that still count as context, and what is to be spoken
        self._excitation = np.zeros(0, np.float32)
        self._first = 0  # the index in the sentence of the first of these
        self._spoken = 0
        self.repaired = 0

    def push(self, mel: Floats, f0_factor: Floats) -> None:
        """Takes the next frames of the sentence.

        Args:
            mel: as the postnet gives it, shape (m, mels).
            f0_factor: on each frame's F0, shape (m,).
        """
        if self._f0 is not None:
            f0, voicing = f0_track(mel, self._f0, f0_factor)
            if self._source is not None and len(mel):
                self._excitation = np.concatenate([self._excitation, self._source(f0, voicing)])
            mel = mel[:, :-2]
        self._mel = mel if self._mel is None else np.concatenate([self._mel, mel])

    @property
    def ready(self) -> int:
        """How many frames beyond those spoken can be spoken by now."""
        there = self._first + (0 if self._mel is None else len(self._mel))
        return (there if there == self._total else there - self._vocoder.behind) - self._spoken

    def speak(self, frames: int) -> Floats:
        """Gives the samples of the next ``frames`` frames, which must be ready: shape (frames * hop,)."""
        start = self._spoken - self._first
        samples, repaired = self._vocoder.render(self.inputs(start, start + frames))
        self.repaired += repaired
        self._spoken += frames
        self._forget(max(0, start + frames - self._vocoder.before))
        return samples

    def inputs(self, start: int, end: int) -> Inputs:
        """Gives the graph's inputs for the frames from ``start`` to ``end`` of those that are kept."""
        assert self._mel is not None  # noqa: S101  something is ready
        low = max(0, start - self._vocoder.before)
        high = min(len(self._mel), end + self._vocoder.behind)
        inputs: Inputs = {
            "mel": np.ascontiguousarray(self._mel[low:high].T[None]),
            "before": np.array([start - low]),
            "behind": np.array([high - end]),
        }
        if self._source is not None:
            hop = self._vocoder.hop
            inputs["excitation"] = self._excitation[None, None, low * hop : high * hop]
        return inputs

    def _forget(self, frames: int) -> None:
        assert self._mel is not None  # noqa: S101
        self._mel = self._mel[frames:]
        self._excitation = self._excitation[frames * self._vocoder.hop :]
        self._first += frames


def f0_track(mel: Floats, scale: F0Scale, factor: Floats) -> tuple[Floats, Floats]:
    """Gives F0 in Hz and voicing, 0 or 1, of frames whose last two channels they are.

    Args:
        mel: shape (frames, mels), as the network gives it.
        scale: of the F0 channel.
        factor: on each frame's F0, shape (frames,).
    """
    f0 = (mel[:, -2].astype(np.float64) * scale.scale + scale.offset) * factor
    return np.maximum(f0, F0_FLOOR).astype(np.float32), (mel[:, -1] >= VOICED_FROM).astype(np.float32)
