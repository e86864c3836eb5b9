"""F0 of takes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.voiced import gliding, spoken
from training.audio import HOP
from training.teacher.pitch import continuous, heard

_FRAMES = 80


def test_f0_that_is_told_wrong_is_heard_right() -> None:
    f0 = gliding(_FRAMES)
    found = heard(spoken(f0)[0], f0 * np.float32(1.03), np.ones(_FRAMES, bool))
    inner = slice(3, -3)
    assert np.abs(found / f0 - 1)[inner].max() < 0.005


def test_the_correction_goes_on_where_there_is_no_voice() -> None:
    f0, voiced = gliding(_FRAMES), np.ones(_FRAMES, bool)
    voiced[30:50] = False
    samples = spoken(f0)[0]
    samples[30 * HOP : 50 * HOP] = np.random.default_rng(0).normal(0, 0.1, 20 * HOP)
    found = heard(samples, f0 * np.float32(1.03), voiced)
    assert np.abs(found / f0 - 1)[30:50].max() < 0.02


@pytest.mark.parametrize("voiced", [True, False])
def test_what_cannot_be_heard_stays_as_it_was_told(voiced: bool) -> None:
    told = gliding(_FRAMES)
    found = heard(np.zeros(_FRAMES * HOP, np.float32), told, np.full(_FRAMES, voiced))
    assert np.array_equal(found, told)


def test_f0_runs_on_where_there_is_none() -> None:
    f0 = np.array([0, 100, 0, 400, 40], np.float32)
    assert np.allclose(continuous(f0), [100, 100, 200, 400, 400])
    with pytest.raises(ValueError, match="voiced"):
        continuous(np.zeros(3, np.float32))
