"""Numbers of 16 bits with the range of float32: its upper half (bfloat16)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rounded(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Gives the bits of the nearest bfloat16 numbers, ties to even, of finite numbers of any shape."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    half = np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
    upper: NDArray[np.uint16] = ((bits + half) >> np.uint32(16)).astype(np.uint16)
    return upper


def paired(values: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """Joins neighbours along the last axis, of even length: the first of two becomes the lower half."""
    wide = values.astype(np.uint32)
    joined: NDArray[np.uint32] = wide[..., 0::2] | wide[..., 1::2] << np.uint32(16)
    return joined
