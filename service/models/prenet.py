"""Prenets: what autoregressive networks put what they gave last through."""

from __future__ import annotations

from torch import Tensor, nn

from service.models.layers import Layers


class Prenet(nn.Module):
    """Linear layers with ReLU between them, numbered with gaps where training has ReLU and dropout."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        numbers = layers.numbered("fcs")
        self.fcs = nn.ModuleDict({number: layers.linear(f"fcs.{number}") for number in numbers})

    def forward(self, x: Tensor) -> Tensor:
        """Takes and gives shape (units,); the last layer is linear."""
        first, *others = self.fcs.values()
        x = first(x)
        for layer in others:
            x = layer(x.relu())
        return x
