"""Where in its period a voice is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.voiced import gliding, spoken
from training.audio import HOP, RATE
from training.vocoder.phase import turns

FRAMES = 80


def shares(found: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a turn that they are apart."""
    return np.asarray(np.abs((found - wanted + 0.5) % 1 - 0.5), np.float64)


@pytest.mark.parametrize("off", [1.0, 0.99, 1.01])
def test_the_fundamental_is_found_though_f0_is_a_little_off(off: float) -> None:
    f0 = gliding(FRAMES)
    samples, true = spoken(f0, start=0.3)
    found = turns(samples, f0 * np.float32(off), np.ones(FRAMES, bool))
    assert shares(found, true)[2:-2].max() < 0.05
    assert (np.diff(found) > 0).all()


def test_its_slope_is_f0() -> None:
    f0 = gliding(FRAMES)
    found = turns(spoken(f0)[0], f0 * np.float32(1.01), np.ones(FRAMES, bool))
    assert np.diff(found)[3:-3] * RATE / HOP == pytest.approx(f0[3:-3], rel=0.01)


def test_through_frames_without_voice_it_goes_on() -> None:
    f0, voiced = gliding(FRAMES), np.ones(FRAMES, bool)
    voiced[30:50] = False
    samples, true = spoken(f0)
    samples[30 * HOP : 50 * HOP] = 0
    found = turns(samples, f0, voiced)
    assert shares(found, true)[2:28].max() < 0.05
    assert shares(found, true)[53:-2].max() < 0.05
    assert (np.diff(found) > 0).all()


def test_without_any_voice_it_is_f0_summed_up() -> None:
    f0 = np.full(10, 200.0, np.float32)
    found = turns(np.zeros(10 * HOP), f0, np.zeros(10, bool))
    assert found == pytest.approx(np.arange(11) * 200 * HOP / RATE)
