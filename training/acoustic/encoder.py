"""Sambert's text encoder for batches; see ``service.models.text_encoder``."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.voice_sizes import AcousticSizes
from service.models.text_encoder import position_code
from training.acoustic.layers import DROPOUT, NORM_EPSILON, Dropout, FeedForward


class _SelfAttention(nn.Module):
    def __init__(self, inputs: int, units: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.layer_norm = nn.LayerNorm(inputs, NORM_EPSILON)
        self.w_qkv = nn.Linear(inputs, 3 * units)
        self.fc = nn.Linear(units, units)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        split = self.w_qkv(self.layer_norm(x)).unflatten(-1, (3, self.heads, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None])
        output: Tensor = self.fc(mixed.transpose(1, 2).flatten(2))
        return output


class _Block(nn.Module):
    def __init__(self, inputs: int, sizes: AcousticSizes) -> None:
        super().__init__()
        units = sizes.encoder_num_units
        self.slf_attn = _SelfAttention(inputs, units, sizes.encoder_num_heads)
        self.pos_ffn = FeedForward(units, sizes.encoder_ffn_inner_dim, kernel=3)
        self.dropout = Dropout(DROPOUT)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        attended = self.dropout(self.slf_attn(x, mask))
        if attended.shape == x.shape:
            attended = attended + x
        output: Tensor = self.pos_ffn(attended, mask)
        return output


class _Encoder(nn.Module):
    def __init__(self, sizes: AcousticSizes) -> None:
        super().__init__()
        units, layers = sizes.encoder_num_units, sizes.encoder_num_layers
        widths = [sizes.embedding_dim, *[units] * (layers - 1)]
        self.scale = math.sqrt(units)
        self.fft = nn.ModuleList(_Block(width, sizes) for width in widths)
        self.ln = nn.LayerNorm(units, NORM_EPSILON)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        x = embedded * self.scale + position_code(*embedded.shape[1:]).to(embedded.device)
        for block in self.fft:
            x = block(x, mask)
        output: Tensor = self.ln(x)
        return output


class TextEncoder(nn.Module):
    """Embeds the four linguistic channels of symbols and lets symbols see each other."""

    def __init__(self, rows: dict[str, int], sizes: AcousticSizes) -> None:
        """Takes the rows of the tables: ``sy``, ``tone``, ``syllable_flag``, ``ws``."""
        super().__init__()
        self.tables = [f"{name}_emb" for name in rows]
        for name, count in rows.items():
            self.add_module(f"{name}_emb", nn.Embedding(count, sizes.embedding_dim))
        self.ling_enc = _Encoder(sizes)
        self.ling_proj = nn.Linear(sizes.encoder_num_units, sizes.encoder_projection_units, bias=False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Takes ids of shape (B, 4, N) and gives hidden vectors of shape (B, N, text units)."""
        tables = (self.get_submodule(table) for table in self.tables)
        channels = zip(tables, ids.unbind(1), strict=True)
        embedded = torch.stack([table(channel) for table, channel in channels]).sum(0)
        hidden: Tensor = self.ling_proj(self.ling_enc(embedded, mask))
        return hidden
