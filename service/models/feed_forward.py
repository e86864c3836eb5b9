"""The feed-forward half of Sambert's attention blocks."""

from __future__ import annotations

from torch import Tensor, nn

from service.models.layers import Layers


class FeedForward(nn.Module):
    """``x + w_2(relu(w_1(norm(x))))`` with convolutions over the positions."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        kernel = layers.shape("w_1.weight")[-1]
        self.layer_norm = layers.norm("layer_norm")
        self.w_1 = layers.conv1d("w_1", padding=(kernel - 1) // 2)
        self.w_2 = layers.conv1d("w_2")

    def forward(self, x: Tensor) -> Tensor:
        """Takes and gives shape (positions, units)."""
        inner = self.w_1(self.layer_norm(x).T).relu()
        outer: Tensor = self.w_2(inner)
        return x + outer.T
