"""Sambert's mel decoder: autoregressive, with attention to a band of the past and of the text ahead.

The attention is pseudo non-causal (PNCA): each step sees as many of its own last steps,
and as many coming rows of the text, as the longest symbol takes.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

from service.models.feed_forward import FeedForward
from service.models.layers import Layers
from service.models.prenet import Prenet

_Pair = tuple[Tensor, Tensor]
"""Keys and values, shape (positions, heads, head units) each."""


class MelDecoder(nn.Module):
    """Decodes several mel frames a step from the rows of ``decoder_memory``."""

    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        self.mel_dec = _Decoder(layers.under("mel_dec"), heads)

    def forward(self, memory: Tensor, band: int) -> Tensor:
        """Takes shape (steps, memory units) and gives (steps, outputs); an output is one frame after another.

        Args:
            memory: what each step reads.
            band: how many steps each sees back, and ahead in the memory, besides its own.
        """
        decoded: Tensor = self.mel_dec(memory, band)
        return decoded


class _Decoder(nn.Module):
    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        self._mels = layers.shape("prenet.fcs.0.weight")[1]
        self.prenet = Prenet(layers.under("prenet"))
        self.dec_in_proj = layers.linear("dec_in_proj")
        self.pnca = nn.ModuleList(_Block(block, heads) for block in layers.numbered("pnca").values())
        self.ln = layers.norm("ln")
        self.dec_out_proj = layers.linear("dec_out_proj")

    def forward(self, memory: Tensor, band: int) -> Tensor:
        blocks = cast(list[_Block], list(self.pnca))
        texts = [block.pnca_attn.text(memory) for block in blocks]
        pasts = [(keys[:0], values[:0]) for keys, values in texts]
        output = memory.new_zeros(self._mels)
        outputs: list[Tensor] = []
        for step, row in enumerate(memory):
            x = self.dec_in_proj(torch.cat([row, self.prenet(output[-self._mels :])]))
            x = x * math.sqrt(len(x))
            for index, block in enumerate(blocks):
                keys, values = (part[step : step + band + 1] for part in texts[index])
                x, pasts[index] = block(x, pasts[index], (keys, values), band)
            output = self.dec_out_proj(self.ln(x))
            outputs.append(output)
        return torch.stack(outputs)


class _Block(nn.Module):
    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        self.pnca_attn = _Attention(layers.under("pnca_attn"), heads)
        self.pos_ffn = FeedForward(layers.under("pos_ffn"))

    def forward(self, x: Tensor, past: _Pair, ahead: _Pair, band: int) -> tuple[Tensor, _Pair]:
        attended, past = self.pnca_attn(x, past, ahead, band)
        return self.pos_ffn((x + attended)[None])[0], past


class _Attention(nn.Module):
    """One query looks at the own past and, separately, at the text ahead."""

    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self.layer_norm = layers.norm("layer_norm")
        self.w_x_qkv = layers.linear("w_x_qkv")
        self.fc_x = layers.linear("fc_x")
        self.w_h_kv = layers.linear("w_h_kv")
        self.fc_h = layers.linear("fc_h")

    def text(self, memory: Tensor) -> _Pair:
        """Gives keys and values of all rows of the memory."""
        keys, values = self.w_h_kv(memory).unflatten(1, (2, self._heads, -1)).unbind(1)
        return keys, values

    def forward(self, x: Tensor, past: _Pair, ahead: _Pair, band: int) -> tuple[Tensor, _Pair]:
        """Gives the attended vector and the past with this step in it, no longer than is still needed."""
        query, key, value = self.w_x_qkv(self.layer_norm(x)).reshape(3, self._heads, -1)
        keys = torch.cat([past[0], key[None]])[-(band + 1) :]
        values = torch.cat([past[1], value[None]])[-(band + 1) :]
        attended = self.fc_x(_attend(query, (keys, values))) + self.fc_h(_attend(query, ahead))
        return attended, (keys, values)


def _attend(query: Tensor, pair: _Pair) -> Tensor:
    """Takes a query of shape (heads, head units) and gives shape (heads * head units,)."""
    keys, values = pair
    scores = torch.einsum("hd,khd->hk", query, keys) / math.sqrt(query.shape[-1])
    return torch.einsum("hk,khd->hd", scores.softmax(-1), values).flatten()
