"""The vocoder in 16-bit integers, run by compiled code; see native/vocoder.cpp."""

from __future__ import annotations

import ctypes
import io
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


def runs_here(library: ctypes.CDLL | None) -> bool:
    """Whether this CPU adds up products of 16 bits at once, and there is compiled code that has it do so."""
    return library is not None and bool(library.vocoder_runs_here())


class Int16Vocoder:
    """A voice's vocoder. Computes in the calling thread, and is safe to share between threads."""

    def __init__(self, file: bytes, config: VocoderConfig, library: ctypes.CDLL) -> None:
        """Takes the file of ``service.runtime.export.int16``; ``runs_here`` must be true of the library."""
        self._library, self._hop = library, config.hop
        self._kept: list[object] = []  # what the structs point to
        self._reaches: list[int] = []  # at least how far each layer sees beyond its input
        with np.load(io.BytesIO(file), allow_pickle=False) as archive:
            self._struct = self._vocoder(dict(archive), config)

    def __call__(
        self,
        mel: Floats,
        before: NDArray[np.int64],
        behind: NDArray[np.int64],
        excitation: Floats | None = None,
    ) -> Floats:
        """Gives the samples of a piece, shape (n,), as the vocoder's graph does.

        Args:
            mel: shape (1, mels, frames).
            before, behind: how many frames are context, shape (1,).
            excitation: of NSF voices, shape (1, 1, frames * hop).
        """
        frames, left, right = mel.shape[2], int(before[0]), int(behind[0])
        mel = np.ascontiguousarray(mel)
        source = None if excitation is None else np.ascontiguousarray(excitation)
        samples = np.empty((frames - left - right) * self._hop, np.float32)
        self._library.vocode(
            self._struct,
            address(mel),
            None if source is None else address(source),
            frames,
            left,
            right,
            address(samples),
        )
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
            _back(size, config.causal),
            max(size, *self._reaches),
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
        up.back = int(arrays[f"up.{stage}.back"])
        context = arrays[f"context.{stage}"]
        return StageStruct(
            up,
            self._source(arrays, config, stage),
            self._list(ConvolutionStruct, blocks),
            up.outputs // scale,
            scale,
            int(context[0]),
            int(context[1]),
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
        self._reaches.append((size - 1) * dilation)
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
            _back(size, causal, dilation),
        )

    def _keep(self, array: NDArray[Any]) -> int:
        kept = np.ascontiguousarray(array)
        self._kept.append(kept)
        return address(kept)

    def _list(self, kind: Any, items: list[Any]) -> Any:
        kept = (kind * len(items))(*items)
        self._kept.append(kept)
        return kept


def _back(size: int, causal: bool, dilation: int = 1) -> int:
    """How many inputs before its own an output sees."""
    return (size - 1) * dilation // (1 if causal else 2)
