"""A recogniser of sounds that learns beside Sambert, and hears what tells them apart.

An average over all bands and frames says little about the burst of a stop: it is short, and d, g and b differ
in little else. What a recogniser's layers make of a mel is full of such differences, so mels are compared
there, too (deep feature losses; Germain, Chen and Koltun, 2018, arXiv:1806.10522).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.acoustic.layers import initialise
from training.audio import BANDS
from training.batches import Batch
from training.distance import relative_distance

_LAYERS, _KERNEL = 3, 5
_SLOPE = 0.1


class Recogniser(nn.Module):
    """Tells the symbol that each frame belongs to, from 13 frames of mel around it."""

    def __init__(self, symbols: int, seed: int = 0, units: int = 192) -> None:
        """Takes the number of symbols and how wide the layers are; equal seeds give equal numbers."""
        super().__init__()
        widths = [BANDS, *[units] * _LAYERS]
        self.layers = nn.ModuleList(
            nn.Conv1d(width, units, _KERNEL, padding=_KERNEL // 2) for width in widths[:-1]
        )
        self.fc = nn.Linear(units, symbols)
        initialise(self, seed)

    def forward(self, frames: Tensor) -> list[Tensor]:
        """Takes frames of shape (B, T, ≥ BANDS), of which the mel is heard.

        Returns:
            What each layer makes of them, shape (B, T, units) each.
        """
        x, heard = frames[..., :BANDS].transpose(1, 2), []
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), _SLOPE)
            heard.append(x.transpose(1, 2))
        return heard

    def missed(self, heard: Sequence[Tensor], batch: Batch) -> Tensor:
        """Gives the mean of -ln p of the symbols that frames do belong to."""
        spoken = batch.frame_mask
        symbols = torch.gather(batch.ids[:, 0], 1, batch.owners.clamp(max=batch.ids.shape[2] - 1))
        return functional.cross_entropy(self.fc(heard[-1][spoken]).float(), symbols[spoken])


def apart(made: Sequence[Tensor], true: Sequence[Tensor], mask: Tensor) -> Tensor:
    """Gives how far what is heard of made frames is from what is heard of true ones, as a share of that.

    Args:
        made, true: by layer, shape (B, T, units) each.
        mask: of the frames that count, shape (B, T).
    """
    pairs = zip(true, made, strict=True)
    return relative_distance((t[mask].float(), m[mask].float()) for t, m in pairs)
