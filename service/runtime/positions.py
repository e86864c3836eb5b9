"""Sinusoidal codes: of a symbol in its line, and of a frame in its symbol."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LONGEST_WAVE = 10000.0


def position_code(count: int, width: int) -> NDArray[np.float32]:
    """Gives the code of positions 1 to ``count``, shape (count, width): sines, then cosines."""
    half = width // 2
    waves = _LONGEST_WAVE ** (np.arange(half) / (half - 1))
    angles = np.arange(1, count + 1)[:, None] / waves
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def place_code(places: NDArray[np.int64], width: int) -> NDArray[np.float32]:
    """Gives the code of frames' places in their symbols, shape (frames, width): sine, cosine by turns."""
    waves = _LONGEST_WAVE ** (np.arange(0, width, 2) / width)
    known, index = np.unique(places, return_inverse=True)
    angles = known[:, None] / waves
    code = np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(len(known), -1)
    return code.astype(np.float32)[index]
