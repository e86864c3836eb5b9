"""Sambert's text encoder: linguistic symbols to hidden vectors by self-attention."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from service.models.feed_forward import FeedForward
from service.models.layers import Layers

_TABLES = ("sy_emb", "tone_emb", "syllable_flag_emb", "ws_emb")
_BYTE_TABLES = ("byte_index_emb",)
_LONGEST_WAVE = 10000.0


class TextEncoder(nn.Module):
    """Embeds the symbols' channels and lets them see each other."""

    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        self._tables = _BYTE_TABLES if _BYTE_TABLES[0] in layers else _TABLES
        for table in self._tables:
            self.add_module(table, layers.embedding(table))
        self.ling_enc = _Encoder(layers.under("ling_enc"), heads)
        self.ling_proj = layers.linear("ling_proj")

    def forward(self, symbols: Tensor) -> Tensor:
        """Takes ids of shape (channels, n) and gives hidden vectors of shape (n, text units)."""
        tables = (self.get_submodule(table) for table in self._tables)
        embedded = torch.stack([table(ids) for table, ids in zip(tables, symbols, strict=True)]).sum(0)
        hidden: Tensor = self.ling_proj(self.ling_enc(embedded))
        return hidden


class _Encoder(nn.Module):
    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        (self._units,) = layers.shape("ln.weight")
        self.fft = nn.ModuleList(_Block(block, heads) for block in layers.numbered("fft").values())
        self.ln = layers.norm("ln")

    def forward(self, embedded: Tensor) -> Tensor:
        # The scale is that of the blocks' width, although the embeddings are wider.
        x = embedded * math.sqrt(self._units) + position_code(*embedded.shape)
        for block in self.fft:
            x = block(x)
        normed: Tensor = self.ln(x)
        return normed


class _Block(nn.Module):
    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        self.slf_attn = _SelfAttention(layers.under("slf_attn"), heads)
        self.pos_ffn = FeedForward(layers.under("pos_ffn"))

    def forward(self, x: Tensor) -> Tensor:
        attended = self.slf_attn(x)
        if attended.shape == x.shape:  # the first block narrows the embeddings and has no skip
            attended = attended + x
        output: Tensor = self.pos_ffn(attended)
        return output


class _SelfAttention(nn.Module):
    def __init__(self, layers: Layers, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self.layer_norm = layers.norm("layer_norm")
        self.w_qkv = layers.linear("w_qkv")
        self.fc = layers.linear("fc")

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.w_qkv(self.layer_norm(x)).unflatten(1, (3, self._heads, -1)).unbind(1)
        scores = torch.einsum("qhd,khd->hqk", query, key) / math.sqrt(query.shape[-1])
        mixed = torch.einsum("hqk,khd->qhd", scores.softmax(-1), value)
        output: Tensor = self.fc(mixed.flatten(1))
        return output


def position_code(count: int, width: int) -> Tensor:
    """Gives the code of positions 1 to ``count``, shape (count, width): all sines, then all cosines.

    The waves' lengths rise geometrically from 2π to 10000 · 2π (arXiv:1706.03762, section 3.5).
    """
    waves = _LONGEST_WAVE ** (torch.arange(width // 2, dtype=torch.float64) / (width // 2 - 1))
    angles = torch.arange(1, count + 1, dtype=torch.float64)[:, None] / waves
    return torch.cat([angles.sin(), angles.cos()], 1).float()
