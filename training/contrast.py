"""How much contrast the vocoder hears in mels: more than they have, against what networks blur.

Like the postfilters of statistical synthesis, which give trajectories the variance back that averaging has
taken from them (global variance; Toda and Tokuda, 2007, doi:10.1093/ietisy/e90-d.5.816).
"""

from __future__ import annotations

import torch
from torch import Tensor

LAYER = "conv_pre.conv1d.weight"
"""The name of the weights that mels meet first in a vocoder."""

_FROM, _WHOLE = 20, 40  # bands, at 0.8 and 1.7 kHz; the factor grows between them


def contrasted(weights: Tensor, factor: float) -> Tensor:
    """Gives weights that make of a mel what they made before of one with so many times its contrast.

    Normalised mels of speech are 0 on average above 1.7 kHz, or near it: peaks become higher there and
    valleys deeper, and nothing else changes.

    Args:
        weights: of the first layer, shape (channels, bands, ...).
        factor: on mels above 1.7 kHz; below 0.8 kHz they stay as they are.
    """
    share = ((torch.arange(weights.shape[1]) - _FROM) / (_WHOLE - _FROM)).clamp(0, 1)
    factors = (factor**share).to(weights)
    return weights * factors.view(1, -1, *[1] * (weights.dim() - 2))
