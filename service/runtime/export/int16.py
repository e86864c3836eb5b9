"""The vocoder in 16-bit integers, scaled by how large the inputs of its layers become."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from service.models.config import VocoderConfig
from service.runtime.export.vocoder import phase_biases, phases, source_layer

Tensors = Mapping[str, NDArray[np.float32]]
Named = Iterator[tuple[str, NDArray[np.generic]]]

_LARGEST_INPUT = 2.0  # times the peak: whatever its signs, an input up to this size overflows no sum
_LEVELS = 8191  # that such an input has: as many bits as leave about as many for the weights of wide layers
_LARGEST_WEIGHT = 2**15 - 1
_LARGEST_SUM = 2**31 - 1


def int16_vocoder(tensors: Tensors, config: VocoderConfig, peaks: Mapping[str, float]) -> bytes:
    """Gives an npz file for ``service.runtime.int16_vocoder``.

    Weights are int16. With each layer lie the ``levels`` that an input of 1 has, and the ``unit``, what 1 in
    the sum of an output stands for. The excitation's layers and the last layer are in fp32. Both upsampling
    branches of a stage are one layer.

    Args:
        tensors: with weight norm folded.
        config: the voice's.
        peaks: the largest size of each layer's input, by the names that ``layers`` gives.
    """
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **dict(_arrays(tensors, config, peaks)))
    return archive.getvalue()


def layers(config: VocoderConfig) -> Iterator[str]:
    """Names the convolutions as the vocoder's graph has them, one behind the other."""
    yield "first"
    for stage in range(len(config.scales)):
        yield f"up.{stage}"
        if config.excitation_rate is not None:
            yield f"source.{stage}"
        yield from _block_layers(config, stage)
    yield "last"


def _block_layers(config: VocoderConfig, stage: int) -> Iterator[str]:
    count = len(config.dilations)
    for index, dilations in enumerate(config.dilations):
        for turn in range(len(dilations)):
            yield from (f"block.{stage * count + index}.{turn}.{half}" for half in (1, 2))


def _arrays(tensors: Tensors, config: VocoderConfig, peaks: Mapping[str, float]) -> Named:
    for name in layers(config):
        kind, *place = name.split(".")
        if kind == "up":
            yield from _upsampling(tensors, config, int(place[0]), peaks[name])
        elif kind == "source":
            yield from _source(tensors, config, int(place[0]))
        elif kind == "block":
            block, turn, half = place
            weights = f"conv_blocks.{block}.convs{half}.{turn}.conv1d"
            yield from _layer(name, tensors[f"{weights}.weight"], tensors[f"{weights}.bias"], peaks[name])
    first, first_bias = tensors["conv_pre.conv1d.weight"], tensors["conv_pre.conv1d.bias"]
    yield from _layer("first", first, first_bias, peaks["first"])
    yield "last.weight", tensors["conv_post.conv1d.weight"]
    yield "last.bias", tensors["conv_post.conv1d.bias"]


def _upsampling(tensors: Tensors, config: VocoderConfig, stage: int, peak: float) -> Named:
    kernel, back, _ = phases(tensors, config, stage)
    scale, outputs, inputs, size = kernel.shape
    weight = kernel.reshape(scale * outputs, inputs, size)
    yield from _layer(f"up.{stage}", weight, phase_biases(tensors, config, stage), peak)
    yield f"up.{stage}.back", np.array(back, np.int32)


def _source(tensors: Tensors, config: VocoderConfig, stage: int) -> Named:
    layer = source_layer(tensors, config, stage)
    yield f"source.{stage}.weight", layer.weight
    yield f"source.{stage}.bias", layer.bias
    yield f"source.{stage}.stride", np.array(layer.stride, np.int32)
    yield f"source.{stage}.back", np.array(layer.back, np.int32)


def _layer(name: str, weight: NDArray[np.float32], bias: NDArray[np.float32], peak: float) -> Named:
    levels = _LEVELS / (_LARGEST_INPUT * peak) if peak and math.isfinite(peak) else 1.0
    sizes = np.abs(weight.reshape(len(weight), -1))
    unit = np.maximum(sizes.max(axis=1) / _LARGEST_WEIGHT, sizes.sum(axis=1) * (_LEVELS / _LARGEST_SUM))
    unit = np.where(unit > 0, unit, 1)
    yield f"{name}.weight", np.rint(weight / unit[:, None, None]).astype(np.int16)
    yield f"{name}.unit", (unit / levels).astype(np.float32)
    yield f"{name}.bias", bias
    yield f"{name}.levels", np.array(levels, np.float32)
