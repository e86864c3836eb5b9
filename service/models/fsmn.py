"""FSMN: feed-forward layers whose memory is a filter over time (arXiv:1803.05030, the deep variant)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from service.models.layers import Layers


class _Projection(nn.Module):
    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.w_1 = layers.conv1d("w_1")
        self.w_2 = layers.conv1d("w_2")

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.w_2(self.w_1(x).relu())
        return projected


class _Memory(nn.Module):
    """Adds to each channel its own filter over time, zeros beyond both ends."""

    def __init__(self, layers: Layers, shift: int) -> None:
        super().__init__()
        channels, _, taps = layers.shape("conv_dw.weight")
        # Where the taps are even in number, Python's rounding to even decides, as in training.
        self._padding = (round((taps - 1) / 2) + shift, (taps - 1) // 2 - shift)
        self.conv_dw = layers.conv1d("conv_dw", groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        remembered: Tensor = self.conv_dw(functional.pad(x, self._padding))
        return x + remembered


class Fsmn(nn.Module):
    """A stack of FSMN layers, each added to its input where both are equally wide."""

    def __init__(self, layers: Layers, shift: int) -> None:
        """Takes by how many positions the filters look back rather than ahead."""
        super().__init__()
        self.ffn_lst = nn.ModuleList(map(_Projection, layers.numbered("ffn_lst").values()))
        self.memory_block_lst = nn.ModuleList(
            _Memory(block, shift) for block in layers.numbered("memory_block_lst").values()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Takes shape (positions, channels) and gives (positions, memory units)."""
        x = x.T
        for project, remember in zip(self.ffn_lst, self.memory_block_lst, strict=True):
            memory = remember(project(x))
            x = memory + x if memory.shape == x.shape else memory
        return x.T
