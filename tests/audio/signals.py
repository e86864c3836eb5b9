"""Signals and strategies that the tests of ``service.audio`` share."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from service.audio.pcm import Samples


def tone(seconds: float, rate: int = 24_000, hertz: float = 300.0, amplitude: float = 0.5) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def sweep(seconds: float, rate: int = 24_000) -> Samples:
    """From 150 to 2000 Hz in syllables, so that it resembles itself at one delay only."""
    times = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (150 * times + 1850 * times**2 / (2 * seconds))
    return (0.5 * np.sin(phase) * (0.6 - 0.4 * np.cos(10 * np.pi * times))).astype(np.float32)


def quiet(seconds: float, rate: int = 24_000) -> Samples:
    return np.zeros(round(seconds * rate), np.float32)


def samples(
    least: int = 0, most: int = 3000, bound: float = 2.0, *, wild: bool = False
) -> st.SearchStrategy[Samples]:
    """Any samples within ``bound``; with ``wild``, NaN and infinities too."""
    values = st.floats(width=32) if wild else st.floats(-bound, bound, width=32)
    return hnp.arrays(np.float32, st.integers(least, most), elements=values)
