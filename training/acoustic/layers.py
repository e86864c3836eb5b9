"""Layers that several parts of Sambert have, for padded batches."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

NORM_EPSILON = 1e-6
DROPOUT = 0.1
PRENET_DROPOUT = 0.5

_CONTOUR_SCALE = 0.1


class FeedForward(nn.Module):
    """``x + w_2(relu(w_1(norm(x))))`` with convolutions over the positions."""

    def __init__(self, units: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(units, NORM_EPSILON)
        self.w_1 = nn.Conv1d(units, inner, kernel, padding=(kernel - 1) // 2)
        self.w_2 = nn.Conv1d(inner, units, 1)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Takes and gives shape (B, positions, units); the mask is needed where the kernel is wide."""
        normed = self.layer_norm(x)
        if mask is not None:
            normed = normed * mask[..., None]
        if self.w_1.kernel_size == (1,):
            inner = functional.linear(normed, self.w_1.weight[:, :, 0], self.w_1.bias).relu()
            outer = functional.linear(self.dropout(inner), self.w_2.weight[:, :, 0], self.w_2.bias)
        else:
            outer = self.w_2(self.dropout(self.w_1(normed.transpose(1, 2)).relu())).transpose(1, 2)
        added: Tensor = x + self.dropout(outer)
        return added


class _Projection(nn.Module):
    def __init__(self, inputs: int, inner: int, memory: int) -> None:
        super().__init__()
        self.w_1 = nn.Conv1d(inputs, inner, 1)
        self.w_2 = nn.Conv1d(inner, memory, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.w_2(self.w_1(x).relu())
        return projected


class _Memory(nn.Module):
    def __init__(self, channels: int, taps: int, shift: int) -> None:
        super().__init__()
        self.padding = (round((taps - 1) / 2) + shift, (taps - 1) // 2 - shift)
        self.conv_dw = nn.Conv1d(channels, channels, taps, groups=channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        remembered: Tensor = self.conv_dw(functional.pad(x, self.padding))
        return x + remembered


class Fsmn(nn.Module):
    """A stack of FSMN layers, each added to its input where both are equally wide."""

    def __init__(self, inputs: int, inner: int, memory: int, layers: int, taps: int, shift: int) -> None:
        super().__init__()
        widths = [inputs, *[memory] * (layers - 1)]
        self.ffn_lst = nn.ModuleList(_Projection(width, inner, memory) for width in widths)
        self.memory_block_lst = nn.ModuleList(_Memory(memory, taps, shift) for _ in widths)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Takes shape (B, positions, channels) and gives (B, positions, memory)."""
        x, kept = x.transpose(1, 2), mask[:, None]
        for project, remember in zip(self.ffn_lst, self.memory_block_lst, strict=True):
            memory = self.dropout(remember(project(x) * kept))
            x = memory + x if memory.shape == x.shape else memory
        return x.transpose(1, 2)


class Prenet(nn.Module):
    """Linear layers with ReLU and dropout between them, numbered as a checkpoint numbers them."""

    def __init__(self, inputs: int, units: Mapping[str, int]) -> None:
        super().__init__()
        widths = [inputs, *units.values()]
        self.fcs = nn.ModuleDict(
            {number: nn.Linear(widths[place], width) for place, (number, width) in enumerate(units.items())}
        )
        self.dropout = nn.Dropout(PRENET_DROPOUT)

    def forward(self, x: Tensor) -> Tensor:
        """Takes shape (..., inputs) and gives (..., units); the last layer is linear."""
        first, *others = self.fcs.values()
        x = first(x)
        for layer in others:
            x = layer(self.dropout(x.relu()))
        return x


def run_lstm(lstm: nn.LSTM, x: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Runs an LSTM over shape (B, positions, inputs); one that also looks back needs the lengths."""
    if lengths is None:
        output, _ = lstm(x)
    else:
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=x.shape[1])
    found: Tensor = output
    return found


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
