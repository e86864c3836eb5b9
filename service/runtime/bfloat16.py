"""Numbers of 16 bits with the range of float32: its upper half (bfloat16)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rounded(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Gives the bits of the nearest bfloat16 numbers, ties to even, of finite numbers of any shape."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def paired(values: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """Joins neighbours along the last axis, of even length: the first of two becomes the lower half."""
    return values[..., 0::2] | values[..., 1::2].astype(np.uint32) << 16
