"""How far a network's layers find two inputs apart."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


def relative_distance(pairs: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """Gives the mean distance of made layers from true ones, as a share of the true ones' size.

    It is the feature matching loss of HiFi-GAN (arXiv:2010.05646), relative; nothing flows back into true
    layers.

    Args:
        pairs: of a true layer and a made one, of one shape.
    """
    true_first = ((true.detach(), made) for true, made in pairs)
    shares = [(true - made).abs().mean() / (true.abs().mean() + 1e-6) for true, made in true_first]
    return torch.stack(shares).mean()
