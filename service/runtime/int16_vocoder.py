"""The vocoder in 16-bit integers, run by compiled code; see native/vocoder.cpp."""

from __future__ import annotations

import ctypes
import io
import weakref
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.models.config import VocoderConfig
from service.runtime.native.binding import (
    ConvolutionStruct,
    SourceStruct,
    StageStruct,
    VocoderStruct,
    address,
)

Floats = NDArray[np.float32]
Arrays = Mapping[str, NDArray[Any]]

_GROUP = 8  # outputs that vocoder.cpp computes together
_AT_ONCE = 64  # frames: of more, what runs from layer to layer does not stay in the cache
_NOTHING = np.zeros((1, 0), np.float32)


def runs_here(library: ctypes.CDLL | None) -> bool:
    """Whether this CPU adds up products of 16 bits at once, and there is compiled code that has it do so."""
    return library is not None and bool(library.vocoder_runs_here())


class SentenceMemory:
    """What the layers of native/vocoder.cpp keep of one sentence; gone with it."""

    def __init__(self, library: ctypes.CDLL, total: int) -> None:
        """Begins a sentence of ``total`` frames."""
        self.handle = library.begin_vocoding(total)
        weakref.finalize(self, library.end_vocoding, self.handle)


class Int16Vocoder:
    """A voice's vocoder. Computes in the calling thread, and is safe to share between threads.

    Attributes:
        hop: samples of a frame.
        delay: samples by which it comes late.
        behind: frames that it must have seen behind those that are spoken.
    """

    def __init__(self, file: bytes, config: VocoderConfig, library: ctypes.CDLL) -> None:
        """Takes the file of ``service.runtime.export.int16``; ``runs_here`` must be true of the library."""
        self._library, self.hop = library, config.hop
        self._with_source = config.excitation_rate is not None
        self._kept: list[object] = []  # what the structs point to
        with np.load(io.BytesIO(file), allow_pickle=False) as archive:
            self._struct = self._vocoder(dict(archive), config)
        self.delay = int(library.vocoder_delay(self._struct))
        self.behind = -(-self.delay // config.hop)

    def start(self, total: int) -> Int16Sentence:
        """Begins a sentence of ``total`` frames."""
        return Int16Sentence(self, SentenceMemory(self._library, total))

    def vocode(self, memory: SentenceMemory, mel: Floats, excitation: Floats) -> Floats:
        """Takes the next frames of a sentence, and gives as many samples, ``delay`` late.

        Gives the shape (frames * hop,).

        Args:
            memory: the sentence's.
            mel: shape (mels, frames); behind the sentence's end, zeros.
            excitation: shape (frames * hop,); it does not matter where the voice has none.
        """
        starts = range(0, mel.shape[1], _AT_ONCE)
        parts = ((mel[:, start : start + _AT_ONCE], excitation[start * self.hop :]) for start in starts)
        return np.concatenate([self._vocoded(memory, *part) for part in parts])

    def _vocoded(self, memory: SentenceMemory, mel: Floats, excitation: Floats) -> Floats:
        frames = mel.shape[1]
        mel, excitation = np.ascontiguousarray(mel), np.ascontiguousarray(excitation)
        samples = np.empty(frames * self.hop, np.float32)
        source = address(excitation) if self._with_source else None
        self._library.vocode(self._struct, memory.handle, address(mel), source, frames, address(samples))
        return samples

    def _vocoder(self, arrays: Arrays, config: VocoderConfig) -> VocoderStruct:
        stages = [self._stage(arrays, config, stage) for stage in range(len(config.scales))]
        first, last = self._layer(arrays, "first", config.causal), arrays["last.weight"]
        size = last.shape[2]
        return VocoderStruct(
            first,
            self._list(StageStruct, stages),
            self._list(ctypes.c_int32, list(map(len, config.dilations))),
            self._keep(np.concatenate([last.ravel(), arrays["last.bias"]])),
            len(stages),
            len(config.dilations),
            config.hop,
            size,
            _ahead(size, config.causal),
        )

    def _stage(self, arrays: Arrays, config: VocoderConfig, stage: int) -> StageStruct:
        count = len(config.dilations)
        blocks = [
            self._layer(arrays, f"block.{stage * count + index}.{turn}.{half}", config.causal, wide)
            for index, dilations in enumerate(config.dilations)
            for turn, dilation in enumerate(dilations)
            for half, wide in ((1, dilation), (2, 1))
        ]
        up, scale = self._layer(arrays, f"up.{stage}", config.causal), config.scales[stage]
        up.ahead = up.size - 1 - int(arrays[f"up.{stage}.back"])
        return StageStruct(
            up,
            self._source(arrays, config, stage),
            self._list(ConvolutionStruct, blocks),
            up.outputs // scale,
            scale,
        )

    def _source(self, arrays: Arrays, config: VocoderConfig, stage: int) -> SourceStruct:
        if config.excitation_rate is None:
            return SourceStruct()
        weight = arrays[f"source.{stage}.weight"]
        bias = self._keep(arrays[f"source.{stage}.bias"])
        stride, back = (int(arrays[f"source.{stage}.{name}"]) for name in ("stride", "back"))
        return SourceStruct(self._keep(weight[:, 0].T), bias, weight.shape[2], stride, back)

    def _layer(self, arrays: Arrays, name: str, causal: bool, dilation: int = 1) -> ConvolutionStruct:
        weight = arrays[f"{name}.weight"]
        outputs, inputs, size = weight.shape
        spare = -outputs % _GROUP
        weight = np.pad(weight, ((0, spare), (0, inputs % 2), (0, 0)))
        pairs = weight.reshape(-1, _GROUP, (inputs + 1) // 2, 2, size).transpose(0, 4, 2, 1, 3)
        return ConvolutionStruct(
            self._keep(pairs),
            self._keep(np.pad(arrays[f"{name}.unit"], (0, spare))),
            self._keep(np.pad(arrays[f"{name}.bias"], (0, spare))),
            float(arrays[f"{name}.levels"]),
            inputs,
            outputs,
            size,
            dilation,
            _ahead(size, causal, dilation),
        )

    def _keep(self, array: NDArray[Any]) -> int:
        kept = np.ascontiguousarray(array)
        self._kept.append(kept)
        return address(kept)

    def _list(self, kind: Any, items: list[Any]) -> Any:
        kept = (kind * len(items))(*items)
        self._kept.append(kept)
        return kept


class Int16Sentence:
    """One sentence on its way through the vocoder.

    Attributes:
        repaired: pieces that had to be made again: none.
    """

    repaired = 0

    def __init__(self, vocoder: Int16Vocoder, memory: SentenceMemory) -> None:
        """Begins the sentence that the memory is for."""
        self._vocoder, self._memory = vocoder, memory
        self._mel, self._excitation = _NOTHING, _NOTHING[0]  # that the vocoder has not seen
        self._lead, self._late = vocoder.behind, vocoder.delay  # frames to see first; samples to drop
        self._rest = _NOTHING[0]  # samples beyond what was asked for

    def push(self, mel: Floats, excitation: Floats | None) -> None:
        """Takes the next frames, shape (m, mels), and for NSF voices the excitation, shape (m * hop,)."""
        self._mel = np.concatenate([self._mel, mel]) if self._mel.size else mel
        if excitation is not None:
            self._excitation = np.concatenate([self._excitation, excitation])

    def speak(self, frames: int) -> Floats:
        """Gives the samples of the next ``frames`` frames, shape (frames * hop,)."""
        count, hop = self._lead + frames, self._vocoder.hop
        mel, excitation = _first(self._mel, count), _first(self._excitation, count * hop)
        self._mel, self._excitation = self._mel[count:], self._excitation[count * hop :]
        samples = self._vocoder.vocode(self._memory, mel.T, excitation)
        spoken = np.concatenate([self._rest, samples[self._late :]])
        self._lead = self._late = 0
        self._rest = spoken[frames * hop :]
        return spoken[: frames * hop]


def _first(array: Floats, length: int) -> Floats:
    """So much of an array; behind the end of the sentence there are zeros."""
    there = array[:length]
    return np.pad(there, ((0, length - len(there)), *((0, 0),) * (array.ndim - 1)))


def _ahead(size: int, causal: bool, dilation: int = 1) -> int:
    """How many inputs behind its own an output sees."""
    return 0 if causal else (size - 1) * dilation // 2
