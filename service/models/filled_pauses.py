"""Filled pauses: where a voice says "呃", "啊" or "嗯" on its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from service.models.layers import Layers


class FilledPausePredictor(nn.Module):
    """Tells for each symbol which filled pause comes before it."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        kernel = layers.shape("w_1.weight")[-1]
        self.w_1 = layers.conv1d("w_1", padding=(kernel - 1) // 2)
        self.w_2 = layers.conv1d("w_2")
        self.layer_norm1 = layers.norm("layer_norm1")
        self.layer_norm2 = layers.norm("layer_norm2")
        self.fc = layers.linear("fc")

    def forward(self, hidden: Tensor) -> Tensor:
        """Takes the text encoder's output (n, text units) and gives probabilities (n, 4)."""
        x = self.layer_norm1(self.w_1(hidden.T).relu().T)
        x = self.layer_norm2(self.w_2(x.T).relu().T)
        probabilities: Tensor = self.fc(x).softmax(-1)
        return probabilities


def with_filled_pauses(hidden: Tensor, classes: Tensor, pauses: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Puts each symbol's filled pause before it.

    Args:
        hidden: text encoder's output, shape (n, text units).
        classes: of each symbol, 0 to 3, shape (n,).
        pauses: text encoder's output for each of ``filled_pause_lines``, shape (3, text units).

    Returns:
        The longer hidden vectors, shape (m, text units), and for each the symbol of the line that it
        belongs to, shape (m,): a filled pause belongs to the symbol behind it.
    """
    rows: list[Tensor] = []
    owners: list[int] = []
    for symbol, kind in enumerate(classes.tolist()):
        piece = hidden[symbol : symbol + 1]
        if kind:
            piece = torch.cat([pauses[kind - 1], piece])
        rows.append(piece)
        owners += [symbol] * len(piece)
    return torch.cat(rows), torch.tensor(owners)
