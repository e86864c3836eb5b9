"""The vocoder in bfloat16: the tensors that compiled code takes, for CPUs that multiply such numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from service.models.config import VocoderConfig
from service.runtime.bfloat16 import rounded
from service.runtime.export.vocoder import context_after, phase_biases, phases

Tensors = Mapping[str, NDArray[np.float32]]


def bf16_vocoder(tensors: Tensors, config: VocoderConfig) -> bytes:
    """Gives an npz file for ``service.runtime.bf16_vocoder``.

    Biases, the excitation's layers and the last layer are in fp32; the weights of all others are bfloat16, in
    uint16. Both upsampling branches of a stage are one layer.

    Args:
        tensors: with weight norm folded.
        config: the voice's.
    """
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **dict(_arrays(tensors, config)))
    return archive.getvalue()


def _arrays(tensors: Tensors, config: VocoderConfig) -> Iterator[tuple[str, NDArray[np.generic]]]:
    yield from _layer("first", tensors, "conv_pre.conv1d")
    yield "last.weight", tensors["conv_post.conv1d.weight"]
    yield "last.bias", tensors["conv_post.conv1d.bias"]
    for stage in range(len(config.scales)):
        yield from _upsampling(tensors, config, stage)
        if config.excitation_rate is not None:
            yield f"source.{stage}.weight", tensors[f"source_downs.{stage}.conv1d.weight"]
            yield f"source.{stage}.bias", tensors[f"source_downs.{stage}.conv1d.bias"]
        context = context_after(tensors, config, stage)
        yield f"context.{stage}", np.array([context.before, context.behind], np.int32)
    for block in range(len(config.scales) * len(config.dilations)):
        for turn in range(len(config.dilations[block % len(config.dilations)])):
            for half in (1, 2):
                name = f"conv_blocks.{block}.convs{half}.{turn}.conv1d"
                yield from _layer(f"block.{block}.{turn}.{half}", tensors, name)


def _layer(to: str, tensors: Tensors, name: str) -> Iterator[tuple[str, NDArray[np.generic]]]:
    yield f"{to}.weight", rounded(tensors[f"{name}.weight"])
    yield f"{to}.bias", tensors[f"{name}.bias"]


def _upsampling(
    tensors: Tensors, config: VocoderConfig, stage: int
) -> Iterator[tuple[str, NDArray[np.generic]]]:
    kernel, back, _ = phases(tensors, config, stage)
    scale, outputs, inputs, size = kernel.shape
    yield f"up.{stage}.weight", rounded(kernel.reshape(scale * outputs, inputs, size))
    yield f"up.{stage}.bias", phase_biases(tensors, config, stage)
    yield f"up.{stage}.back", np.array(back, np.int32)
