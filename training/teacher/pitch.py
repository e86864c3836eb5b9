"""F0 as it is heard: the teacher's own curve, put right by what was spoken.

The curve is what the teacher's network was told to speak: half a frame early, and up to 3 % off. Harmonics
of such an F0 lie beside those of the speech, and a vocoder that is excited by them becomes hoarse.
"""

from __future__ import annotations

import numpy as np
import pyworld
from numpy.typing import NDArray

from training.audio import HOP, RATE

LOWEST = 55.0  # Hz; below, there is no voice
_FURTHEST = 0.12  # of the logarithm: what is found further off is another harmonic, or noise


def heard(
    samples: NDArray[np.float32], told: NDArray[np.float32], voiced: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Gives F0 in the middle of each frame, in Hz, by instantaneous frequencies (WORLD's StoneMask).

    Args:
        samples: at 16 kHz, shape (frames * 200,).
        told: roughly what it is, in Hz, without gaps, shape (frames,).
        voiced: whether there is voice, shape (frames,); what is corrected goes on in a line between.
    """
    frames = np.arange(len(told))
    rough = told.astype(np.float64)
    found = pyworld.stonemask(samples.astype(np.float64), rough, (frames + 0.5) * HOP / RATE, RATE)
    off = np.log(np.maximum(found, 1.0) / rough)
    sure = np.flatnonzero(voiced & (np.abs(off) < _FURTHEST))
    if len(sure) == 0:
        return told
    return np.asarray(rough * np.exp(np.interp(frames, sure, off[sure])), np.float32)


def continuous(f0: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gives F0 without gaps: where it is below 55 Hz, a line in the logarithm between its neighbours.

    Raises:
        ValueError: it is so nowhere else.
    """
    known = np.flatnonzero(f0 > LOWEST)
    if len(known) == 0:
        raise ValueError("Nothing is voiced.")
    filled = np.interp(np.arange(len(f0)), known, np.log(f0[known]))
    return np.exp(filled).astype(np.float32)
