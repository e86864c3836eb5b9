"""The rate at which every scorer listens."""

from __future__ import annotations

import numpy as np
import soxr

from service.voice import Samples

RATE = 16_000
"""In Hz."""


def at_scoring_rate(samples: Samples, sample_rate: int) -> Samples:
    """Resamples mono audio to 16 kHz, clipped to [-1, 1].

    Args:
        samples: shape (n,), at ``sample_rate`` Hz.
    """
    if sample_rate == RATE:
        return samples
    resampled = soxr.resample(np.asarray(samples, dtype=np.float32), sample_rate, RATE)
    return np.asarray(np.clip(resampled, -1.0, 1.0), dtype=np.float32)
