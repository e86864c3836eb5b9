from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.pcm import Samples, amplify, frame_levels, to_int16
from tests.audio.signals import samples, tone


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, 0),
        (1.0, 32767),
        (-1.0, -32767),
        (2.0, 32767),
        (-2.0, -32767),
        (0.5, 16384),
        (1e-5, 0),
        (2e-5, 1),
        (np.nan, 0),
        (np.inf, 32767),
        (-np.inf, -32767),
    ],
)
def test_int16_rounds_and_saturates(value: float, expected: int) -> None:
    assert to_int16(np.array([value], np.float32)).tolist() == [expected]


@given(samples(wild=True))
def test_int16_never_wraps(signal: Samples) -> None:
    converted = to_int16(signal).astype(np.int32)
    finite = np.nan_to_num(signal, nan=0.0)
    assert (np.sign(converted) * np.sign(finite) >= 0).all()
    assert (np.abs(converted) <= 32767).all()


@given(samples(), st.floats(0.0, 8.0))
def test_amplified_samples_stay_within_full_scale_and_keep_their_sign(signal: Samples, gain: float) -> None:
    louder = amplify(signal, gain)
    assert louder.dtype == np.float32
    assert (np.abs(louder) <= 1.0).all()
    assert (np.sign(louder) * np.sign(signal) >= 0).all()


def test_amplifying_is_linear_below_the_knee() -> None:
    signal = tone(0.1, amplitude=0.3)
    np.testing.assert_allclose(amplify(signal, 2.0), signal * 2.0)


def test_amplifying_bends_without_a_step() -> None:
    ramp = np.linspace(0.0, 3.0, 100_001, dtype=np.float32)
    steps = np.diff(amplify(ramp, 1.0))
    assert (steps >= 0.0).all()
    assert steps.max() < 2 * float(ramp[1])


def test_frame_levels_are_root_mean_squares() -> None:
    signal = np.array([3.0, 3.0, 4.0, -4.0, 1.0], np.float32)
    np.testing.assert_allclose(frame_levels(signal, 2), [3.0, 4.0, np.sqrt(0.5)])
    assert frame_levels(signal[:0], 2).shape == (0,)
