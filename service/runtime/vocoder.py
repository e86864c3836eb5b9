"""The vocoder, piece by piece: mel frames in, samples out."""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray

from service.models.config import F0_FLOOR, VOICED_FROM, F0Scale
from service.runtime.excitation import ExcitationSource
from service.runtime.exported import VOCODER, VOCODERS, ExportedVoice
from service.runtime.graph_vocoder import GraphSentence, GraphVocoder
from service.runtime.guard import UnusableSpeechError, is_sound
from service.runtime.int16_vocoder import Int16Sentence, Int16Vocoder, runs_here
from service.runtime.shelf import Shelf

Floats = NDArray[np.float32]

_MIX = ("source_module.ffn.0.weight", "source_module.ffn.0.bias")


class Vocoder:
    """A voice's vocoder in one precision. Thread-safe.

    Attributes:
        behind: frames that must be there behind those that are spoken.
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
        self.hop = voice.vocoder.hop
        self._config, self._f0 = voice.vocoder, voice.acoustic.f0
        self._mix = tuple(voice.tensors[name] for name in _MIX if name in voice.tensors)
        self._network = self._loaded(voice, library, shelf or Shelf())
        self.behind = self._network.behind

    def _loaded(
        self, voice: ExportedVoice, library: ctypes.CDLL | None, shelf: Shelf
    ) -> GraphVocoder | Int16Vocoder:
        file, config = voice.files[VOCODERS[self.precision]], voice.vocoder
        if self.precision == "int16" and library is not None:
            return shelf.get(lambda: Int16Vocoder(file, config, library), ("int16", config), file)
        exact = voice.files[VOCODER] if self.precision == "int8" else None
        return GraphVocoder(file, voice.context, config.hop, shelf, exact)

    def start(self, total: int, source: ExcitationSource | None = None) -> VocoderStream:
        """Begins a sentence of ``total`` frames; ``source`` stands in for an NSF voice's own."""
        rate = self._config.excitation_rate
        if rate is not None and source is None:
            source = ExcitationSource(self._mix, rate, self.hop)
        return VocoderStream(self._network.start(total), total, self.behind, self._f0, source)


def _possible(voice: ExportedVoice, precision: str | None, library: ctypes.CDLL | None) -> str:
    wanted = precision or voice.precision
    if wanted == "int16" and not runs_here(library):
        return "fp32"
    return wanted if VOCODERS.get(wanted) in voice.files else "fp32"


class VocoderStream:
    """One sentence on its way through the vocoder and, of an NSF voice, its excitation.

    Attributes:
        sentence: what the network has of it.
    """

    def __init__(
        self,
        sentence: GraphSentence | Int16Sentence,
        total: int,
        behind: int,
        f0: F0Scale | None,
        source: ExcitationSource | None,
    ) -> None:
        self.sentence = sentence
        self._total, self._behind, self._f0, self._source = total, behind, f0, source
        self._pushed = self._spoken = 0

    def push(self, mel: Floats, f0_factor: Floats) -> None:
        """Takes the next frames of the sentence.

        Args:
            mel: as the postnet gives it, shape (m, mels).
            f0_factor: on each frame's F0, shape (m,).
        """
        if not len(mel):
            return
        self._pushed += len(mel)
        if self._f0 is None:
            self.sentence.push(mel, None)
            return
        f0, voicing = f0_track(mel, self._f0, f0_factor)
        self.sentence.push(mel[:, :-2], self._source(f0, voicing) if self._source else None)

    @property
    def ready(self) -> int:
        """How many frames beyond those spoken can be spoken by now."""
        behind = 0 if self._pushed == self._total else self._behind
        return self._pushed - behind - self._spoken

    @property
    def repaired(self) -> int:
        """Pieces that had to be made again in fp32."""
        return self.sentence.repaired

    def speak(self, frames: int) -> Floats:
        """Gives the samples of the next ``frames`` frames, which must be ready: shape (frames * hop,).

        Raises:
            UnusableSpeechError: the samples are no sound in fp32 either.
        """
        samples = self.sentence.speak(frames)
        if not is_sound(samples):
            raise UnusableSpeechError("The vocoder gave samples that are no sound.")
        self._spoken += frames
        return samples


def f0_track(mel: Floats, scale: F0Scale, factor: Floats) -> tuple[Floats, Floats]:
    """Gives F0 in Hz and voicing, 0 or 1, of frames whose last two channels they are.

    Args:
        mel: shape (frames, mels), as the network gives it.
        scale: of the F0 channel.
        factor: on each frame's F0, shape (frames,).
    """
    f0 = (mel[:, -2].astype(np.float64) * scale.scale + scale.offset) * factor
    return np.maximum(f0, F0_FLOOR).astype(np.float32), (mel[:, -1] >= VOICED_FROM).astype(np.float32)
