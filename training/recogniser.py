"""A recogniser of sounds that learns beside a voice's networks, and hears what tells sounds apart.

An average over all bands and frames says little about the burst of a stop: it is short, and d, g and b differ
in little else. What a recogniser's layers make of a mel is full of such differences, so speech is compared
there, too (deep feature losses; Germain, Chen and Koltun, 2018, arXiv:1806.10522).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.acoustic.layers import initialise
from training.audio import BANDS
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

    def missed(self, heard: Sequence[Tensor], symbols: Tensor, mask: Tensor) -> Tensor:
        """Gives the mean of -ln p of the symbols, shape (B, T), that frames under a mask do belong to."""
        return functional.cross_entropy(self.fc(heard[-1][mask]).float(), symbols[mask])


def compared(
    recogniser: Recogniser,
    true: Tensor,
    made: Tensor,
    symbols: Tensor,
    mask: Tensor,
    *,
    learn: Callable[[Tensor], None],
    bf16: bool,
) -> tuple[Tensor, Tensor]:
    """Lets a recogniser learn from true frames, and compare made ones with them.

    Args:
        recogniser: which only learns from true frames.
        true, made: frames as it hears them.
        symbols: that they belong to, int64, shape (B, T).
        mask: of the frames that count, shape (B, T).
        learn: takes a step of its optimiser, given its loss.
        bf16: products are rounded to bfloat16.

    Returns:
        Its loss, and how far apart it finds the frames; see ``apart``.
    """
    with torch.autocast(true.device.type, torch.bfloat16, enabled=bf16):
        heard = recogniser(true)
        missed = recogniser.missed(heard, symbols, mask)
    learn(missed)
    recogniser.requires_grad_(False)
    with torch.autocast(true.device.type, torch.bfloat16, enabled=bf16):
        found = apart(recogniser(made), heard, mask)
    recogniser.requires_grad_(True)
    return missed, found


def apart(made: Sequence[Tensor], true: Sequence[Tensor], mask: Tensor) -> Tensor:
    """Gives how far what is heard of made frames is from what is heard of true ones, as a share of that.

    Args:
        made, true: by layer, shape (B, T, units) each.
        mask: of the frames that count, shape (B, T).
    """
    pairs = zip(true, made, strict=True)
    return relative_distance((t[mask].float(), m[mask].float()) for t, m in pairs)
