"""Samples as numbers: levels, soft limiting, conversion to 16 bit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono samples, shape (n,), full scale is 1."""

_KNEE = 0.7


def saturated(samples: Samples) -> Samples:
    """Gives the samples with NaN as silence and all else held within [-1, 1]."""
    finite = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    return np.asarray(np.clip(finite, -1.0, 1.0), np.float32)


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """Converts to 16 bit: rounds, saturates beyond full scale, and turns NaN into silence."""
    rounded: NDArray[np.int16] = np.rint(saturated(samples) * 32767.0).astype(np.int16)
    return rounded


def from_int16(samples: NDArray[np.int16]) -> Samples:
    """Converts from 16 bit; ``to_int16`` gives back what came in."""
    return np.asarray(samples / np.float32(32767.0), np.float32)


def quantized(samples: Samples) -> Samples:
    """Rounds to 16 bit, so that samples sound the same whether or not they have been kept in between."""
    return from_int16(to_int16(samples))


def amplify(samples: Samples, gain: float) -> Samples:
    """Multiplies by ``gain`` and bends what comes near full scale, so that nothing leaves [-1, 1].

    Below 0.7 the curve is a straight line; above, it flattens smoothly towards 1, which is far less
    audible than clipping.
    """
    louder = np.asarray(samples, np.float32) * np.float32(gain)
    excess = np.maximum(np.abs(louder) - _KNEE, 0.0)
    bent = _KNEE + (1.0 - _KNEE) * np.tanh(excess / (1.0 - _KNEE))
    return np.asarray(np.where(excess > 0.0, np.copysign(bent, louder), louder), np.float32)


def frame_levels(samples: Samples, frame: int) -> NDArray[np.float64]:
    """Gives the RMS of each frame of ``frame`` samples, shape (ceil(n / frame),); the last may be short."""
    padded = np.zeros(-(-len(samples) // frame) * frame)
    padded[: len(samples)] = samples
    return np.asarray(np.sqrt(np.mean(padded.reshape(-1, frame) ** 2, axis=1)), np.float64)
