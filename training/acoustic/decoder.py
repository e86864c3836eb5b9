"""Sambert's mel decoder for batches: all steps at once from true frames, or one by one from its own."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.voice_sizes import AcousticSizes
from training.acoustic.layers import DROPOUT, NORM_EPSILON, Dropout, FeedForward, Prenet


class _Attention(nn.Module):
    """One query looks at the own past and, separately, at the text ahead."""

    def __init__(self, units: int, memory: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.layer_norm = nn.LayerNorm(units, NORM_EPSILON)
        self.w_x_qkv = nn.Linear(units, 3 * units)
        self.fc_x = nn.Linear(units, units)
        self.w_h_kv = nn.Linear(memory, 2 * units)
        self.fc_h = nn.Linear(units, units)

    def own(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of steps, shape (B, heads, steps, head units) each."""
        split = self.w_x_qkv(self.layer_norm(x)).unflatten(-1, (3, self.heads, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4)
        return query, key, value

    def text(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the memory, shape (B, heads, steps, head units) each."""
        key, value = self.w_h_kv(memory).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return key, value

    def attended(
        self,
        query: Tensor,
        own: tuple[Tensor, Tensor],
        text: tuple[Tensor, Tensor],
        back: Tensor,
        ahead: Tensor,
    ) -> Tensor:
        """Gives shape (B, queries, units); a mask, (B, queries, keys), is True where a query may look."""
        past = functional.scaled_dot_product_attention(query, *own, attn_mask=back[:, None])
        coming = functional.scaled_dot_product_attention(query, *text, attn_mask=ahead[:, None])
        mixed: Tensor = self.fc_x(past.transpose(1, 2).flatten(2)) + self.fc_h(
            coming.transpose(1, 2).flatten(2)
        )
        return mixed


class _Block(nn.Module):
    def __init__(self, memory: int, sizes: AcousticSizes) -> None:
        super().__init__()
        units = sizes.decoder_num_units
        self.pnca_attn = _Attention(units, memory, sizes.decoder_num_heads)
        self.pos_ffn = FeedForward(units, sizes.decoder_ffn_inner_dim, kernel=1)
        self.dropout = Dropout(DROPOUT)

    def forward(self, x: Tensor, memory: Tensor, back: Tensor, ahead: Tensor) -> Tensor:
        query, *own = self.pnca_attn.own(x)
        text = self.pnca_attn.text(memory)
        attended = self.pnca_attn.attended(query, (own[0], own[1]), text, back, ahead)
        output: Tensor = self.pos_ffn(x + self.dropout(attended))
        return output


class _Decoder(nn.Module):
    def __init__(self, channels: int, sizes: AcousticSizes) -> None:
        super().__init__()
        (first, second), units, memory = (
            sizes.decoder_prenet_units,
            sizes.decoder_num_units,
            sizes.memory_units,
        )
        self.prenet = Prenet(channels, {"0": first, "3": second, "6": units})
        self.dec_in_proj = nn.Linear(memory + units, units)
        self.pnca = nn.ModuleList(_Block(memory, sizes) for _ in range(sizes.decoder_num_layers))
        self.ln = nn.LayerNorm(units, NORM_EPSILON)
        self.dec_out_proj = nn.Linear(units, sizes.outputs_per_step * channels)

    def entered(self, memory: Tensor, fed: Tensor) -> Tensor:
        """What the first block is given, shape (B, steps, units)."""
        x: Tensor = self.dec_in_proj(torch.cat([memory, self.prenet(fed)], 2))
        return x * math.sqrt(x.shape[-1])

    def forward(self, memory: Tensor, fed: Tensor, back: Tensor, ahead: Tensor) -> Tensor:
        x = self.entered(memory, fed)
        for block in self.pnca:
            x = block(x, memory, back, ahead)
        output: Tensor = self.dec_out_proj(self.ln(x))
        return output


class MelDecoder(nn.Module):
    """Decodes ``outputs_per_step`` frames a step from the rows of the memory."""

    def __init__(self, channels: int, sizes: AcousticSizes) -> None:
        super().__init__()
        self.channels, self.group = channels, sizes.outputs_per_step
        self.mel_dec = _Decoder(channels, sizes)

    def forward(self, memory: Tensor, fed: Tensor, bands: Tensor, counts: Tensor) -> Tensor:
        """Gives frames of shape (B, steps * group, channels), all steps at once.

        Args:
            memory: what each step reads, shape (B, steps, memory units).
            fed: the frame before each step, shape (B, steps, channels).
            bands: steps that each step sees back and ahead, shape (B,).
            counts: steps of each example, shape (B,).
        """
        decoded: Tensor = self.mel_dec(memory, fed, *looks(bands, counts, memory.shape[1]))
        return decoded.reshape(len(decoded), -1, self.channels)

    def alone(self, memory: Tensor, bands: Tensor, counts: Tensor) -> Tensor:
        """Gives the same from no frames but its own, step by step."""
        decoder, steps = self.mel_dec, memory.shape[1]
        blocks = cast(list[_Block], list(decoder.pnca))
        texts = [block.pnca_attn.text(memory) for block in blocks]
        pasts = [(torch.zeros_like(key), torch.zeros_like(value)) for key, value in texts]
        back, ahead = looks(bands, counts, steps)
        fed = memory.new_zeros(len(memory), 1, self.channels)
        frames: list[Tensor] = []
        for step in range(steps):
            x = decoder.entered(memory[:, step : step + 1], fed)
            for block, text, past in zip(blocks, texts, pasts, strict=True):
                query, key, value = block.pnca_attn.own(x)
                past[0][:, :, step], past[1][:, :, step] = key[:, :, 0], value[:, :, 0]
                masks = back[:, step : step + 1], ahead[:, step : step + 1]
                x = block.pos_ffn(x + block.pnca_attn.attended(query, past, text, *masks))
            output = decoder.dec_out_proj(decoder.ln(x)).reshape(len(x), self.group, self.channels)
            frames.append(output)
            fed = output[:, -1:]
        return torch.cat(frames, 1)


def looks(bands: Tensor, counts: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Gives who may look where, shape (B, steps, steps) each: back at the own past, ahead at the text.

    Nothing is seen behind the last step of an example; steps there see themselves.
    """
    place = torch.arange(steps, device=bands.device)
    distance = (place[None, :] - place[:, None])[None]
    reach = bands[:, None, None]
    back = (distance <= 0) & (distance >= -reach)
    there = (place < counts[:, None])[:, None]
    return back, (distance == 0) | ((distance > 0) & (distance <= reach) & there)
