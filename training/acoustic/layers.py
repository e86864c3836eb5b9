"""Layers that several parts of Sambert have, for padded batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_EPSILON = 1e-6
DROPOUT = 0.1
PRENET_DROPOUT = 0.5

_CONTOUR_SCALE = 0.1


class Dropout(nn.Module):
    """Dropout by random bytes, eight of a draw: a draw for each value takes an eighth of a step on CPUs."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.lost = round(256 * share)

    def forward(self, x: Tensor) -> Tensor:
        """Takes and gives any shape."""
        if not self.training:
            return x
        draws = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device)
        kept = draws.random_(-(2**63), 2**63 - 1).view(torch.uint8)[: x.numel()].view(x.shape) >= self.lost
        return x * kept * (256 / (256 - self.lost))


class FeedForward(nn.Module):
    """``x + w_2(relu(w_1(norm(x))))`` with convolutions over the positions."""

    def __init__(self, units: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(units, NORM_EPSILON)
        self.w_1 = nn.Conv1d(units, inner, kernel, padding=(kernel - 1) // 2)
        self.w_2 = nn.Conv1d(inner, units, 1)
        self.dropout = Dropout(DROPOUT)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Takes and gives shape (B, positions, units); the mask is needed where the kernel is wide."""
        normed = self.layer_norm(x)
        if mask is not None:
            normed = normed * mask[..., None]
        if self.w_1.kernel_size == (1,):
            outer = _linear(self.w_2, self.dropout(_linear(self.w_1, normed).relu()))
        else:
            outer = self.w_2(self.dropout(self.w_1(normed.transpose(1, 2)).relu())).transpose(1, 2)
        added: Tensor = x + self.dropout(outer)
        return added


def _linear(layer: nn.Conv1d, x: Tensor) -> Tensor:
    """A convolution with a kernel of 1, over shape (B, positions, channels)."""
    return functional.linear(x, layer.weight[:, :, 0], layer.bias)


class _Projection(nn.Module):
    def __init__(self, inputs: int, inner: int, memory: int) -> None:
        super().__init__()
        self.w_1 = nn.Conv1d(inputs, inner, 1)
        self.w_2 = nn.Conv1d(inner, memory, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return _linear(self.w_2, _linear(self.w_1, x).relu())


class _Memory(nn.Module):
    def __init__(self, channels: int, taps: int, shift: int) -> None:
        super().__init__()
        self.padding = (round((taps - 1) / 2) + shift, (taps - 1) // 2 - shift)
        self.conv_dw = nn.Conv1d(channels, channels, taps, groups=channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        remembered: Tensor = self.conv_dw(functional.pad(x.transpose(1, 2), self.padding))
        return x + remembered.transpose(1, 2)


class Fsmn(nn.Module):
    """A stack of FSMN layers, each added to its input where both are equally wide."""

    def __init__(self, inputs: int, inner: int, memory: int, layers: int, taps: int, shift: int) -> None:
        super().__init__()
        widths = [inputs, *[memory] * (layers - 1)]
        self.ffn_lst = nn.ModuleList(_Projection(width, inner, memory) for width in widths)
        self.memory_block_lst = nn.ModuleList(_Memory(memory, taps, shift) for _ in widths)
        self.dropout = Dropout(DROPOUT)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Takes shape (B, positions, channels) and gives (B, positions, memory)."""
        for project, remember in zip(self.ffn_lst, self.memory_block_lst, strict=True):
            memory = self.dropout(remember(project(x) * mask[..., None]))
            x = memory + x if memory.shape == x.shape else memory
        return x


class Prenet(nn.Module):
    """Linear layers with ReLU and dropout between them, numbered as a checkpoint numbers them."""

    def __init__(self, inputs: int, units: Mapping[str, int]) -> None:
        super().__init__()
        widths = [inputs, *units.values()]
        self.fcs = nn.ModuleDict(
            {number: nn.Linear(widths[place], width) for place, (number, width) in enumerate(units.items())}
        )
        self.dropout = Dropout(PRENET_DROPOUT)

    def forward(self, x: Tensor) -> Tensor:
        """Takes shape (..., inputs) and gives (..., units); the last layer is linear."""
        first, *others = self.fcs.values()
        x = first(x)
        for layer in others:
            x = layer(self.dropout(x.relu()))
        return x


def run_lstm(lstm: nn.LSTM, x: Tensor) -> Tensor:
    """Runs an LSTM forward over shape (B, positions, inputs)."""
    output: Tensor = lstm(x)[0]
    return output


def run_both_ways(lstm: nn.LSTM, x: Tensor, lengths: Tensor) -> Tensor:
    """Runs an LSTM of one layer forward and, from the end of each example, back: (B, positions, 2 units).

    Each way in a call of its own: packed sequences would be run position by position, which takes longer.
    """
    weights = lstm._flat_weights  # in the order in which torch.lstm wants them
    ways = [cast(list[Tensor], weights[:4]), cast(list[Tensor], weights[4:])]
    turned = _turned(x, lengths)
    start = x.new_zeros(1, len(x), lstm.hidden_size)
    there, back = (
        torch.lstm(way_in, (start, start), way, True, 1, 0.0, lstm.training, False, True)[0]
        for way_in, way in zip((x, turned), ways, strict=True)
    )
    return torch.cat([there, _turned(back, lengths)], 2)


def _turned(x: Tensor, lengths: Tensor) -> Tensor:
    """Each example from its end to its start; what is padded stays."""
    place = torch.arange(x.shape[1], device=x.device)
    turned = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
    return torch.gather(x, 1, turned[..., None].expand_as(x))


def initialise(network: nn.Module, seed: int) -> None:
    """Gives all numbers of a network their first values: Xavier's for matrices, 0 for biases."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in network.named_parameters():
        if tensor.dim() > 1 and "emb" not in name.split(".")[-2] and "tokenizer" not in name:
            nn.init.xavier_uniform_(tensor, generator=generator)
        elif tensor.dim() > 1:
            scale = _CONTOUR_SCALE if _is_contour(name) else tensor.shape[1] ** -0.5
            nn.init.normal_(tensor, 0.0, scale, generator=generator)
        elif not _is_norm(name):
            nn.init.zeros_(tensor)


def _is_norm(name: str) -> bool:
    return name.endswith(("layer_norm.weight", "ln.weight"))


def _is_contour(name: str) -> bool:
    return name.endswith(("pitch_emb.weight", "energy_emb.weight"))
