"""The mel decoder's weights, in the shapes in which it is computed fastest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.models.config import AcousticConfig

Floats = NDArray[np.float32]
Dense = tuple[Floats, Floats]
"""A layer's weight (outputs, inputs) and bias (outputs,)."""

PREFIX = "mel_decoder.mel_dec."


@dataclass(frozen=True, slots=True, eq=False)
class DecoderLayer:
    """One block: attention to the last steps and to the memory, then a feed-forward part.

    ``merge`` takes the outputs of both attentions side by side.
    """

    attention_norm: Dense
    query_key_value: Dense
    memory_key_value: Dense
    merge: Dense
    feed_forward_norm: Dense
    feed_forward_1: Dense
    feed_forward_2: Dense


@dataclass(frozen=True, slots=True)
class DecoderSizes:
    """Counts and widths. ``memory`` is the width of what the decoder reads, ``prenet`` that of each layer."""

    layers: int
    heads: int
    units: int
    inner: int
    memory: int
    mels: int
    frames_per_step: int
    prenet: tuple[int, ...]


class DecoderWeights:
    """The decoder's layers and sizes.

    The layer that joins memory and prenet is split in two, since the memory's part is known beforehand.
    """

    def __init__(self, tensors: Mapping[str, Floats], config: AcousticConfig) -> None:
        """Takes Sambert's tensors by their names in the checkpoint."""
        own = {name.removeprefix(PREFIX): t for name, t in tensors.items() if name.startswith(PREFIX)}
        self.prenet = [_dense(own, f"prenet.fcs.{index}") for index in (0, 3, 6)]
        joined, bias = _dense(own, "dec_in_proj")
        memory = joined.shape[1] - self.prenet[-1][0].shape[0]
        self.from_memory: Dense = joined[:, :memory], np.zeros_like(bias)
        self.from_prenet: Dense = joined[:, memory:], bias
        self.blocks = _blocks(own)
        self.output_norm = _dense(own, "ln")
        self.output = _dense(own, "dec_out_proj")
        self.sizes = DecoderSizes(
            layers=len(self.blocks),
            heads=config.decoder_heads,
            units=len(bias),
            inner=self.blocks[0].feed_forward_1[0].shape[0],
            memory=memory,
            mels=self.output[0].shape[0] // config.frames_per_step,
            frames_per_step=config.frames_per_step,
            prenet=tuple(weight.shape[0] for weight, _ in self.prenet),
        )


def _dense(own: Mapping[str, Floats], name: str) -> Dense:
    return own[f"{name}.weight"], own[f"{name}.bias"]


def _blocks(own: Mapping[str, Floats]) -> list[DecoderLayer]:
    blocks: list[DecoderLayer] = []
    while f"pnca.{len(blocks)}.pnca_attn.w_x_qkv.weight" in own:
        attention, forward = f"pnca.{len(blocks)}.pnca_attn", f"pnca.{len(blocks)}.pos_ffn"
        past, memory = _dense(own, f"{attention}.fc_x"), _dense(own, f"{attention}.fc_h")
        first, second = _dense(own, f"{forward}.w_1"), _dense(own, f"{forward}.w_2")
        blocks.append(
            DecoderLayer(
                attention_norm=_dense(own, f"{attention}.layer_norm"),
                query_key_value=_dense(own, f"{attention}.w_x_qkv"),
                memory_key_value=_dense(own, f"{attention}.w_h_kv"),
                merge=(np.concatenate([past[0], memory[0]], axis=1), past[1] + memory[1]),
                feed_forward_norm=_dense(own, f"{forward}.layer_norm"),
                feed_forward_1=(first[0][..., 0], first[1]),
                feed_forward_2=(second[0][..., 0], second[1]),
            )
        )
    return blocks
