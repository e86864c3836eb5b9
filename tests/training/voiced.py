"""A voice of ten harmonics, whose F0 and phase are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.audio import HOP, RATE


def gliding(frames: int) -> NDArray[np.float32]:
    """F0 in the middle of each frame, falling from 260 to 180 Hz."""
    return np.geomspace(260, 180, frames).astype(np.float32)


def spoken(f0: NDArray[np.float32], start: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Gives samples, and the turns that the fundamental has made at the borders of the frames."""
    middles = (np.arange(len(f0)) + 0.5) * HOP
    each = np.interp(np.arange(len(f0) * HOP) + 0.5, middles, f0)
    turns = start + np.concatenate([[0.0], np.cumsum(each / RATE)])
    orders = np.arange(1, 11)[:, None]
    samples = (0.2 * np.sin(2 * np.pi * orders * turns[:-1]) / orders).sum(0)
    return samples.astype(np.float32), turns[::HOP]
