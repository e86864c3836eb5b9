from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.pcm import Samples
from tests.audio.signals import samples, tone
from training.kokoro.tempo import at_tempo

RATE = 24_000
TEMPOS = st.floats(0.4, 3.0)


@given(samples(), TEMPOS)
def test_the_length_follows_the_tempo(signal: Samples, tempo: float) -> None:
    result = at_tempo(signal, RATE, tempo)
    assert len(result) == round(len(signal) / tempo)
    assert result.dtype == np.float32
    assert np.abs(result).max(initial=0.0) <= np.abs(signal).max(initial=0.0) * 1.001


@pytest.mark.parametrize("tempo", [0.5, 0.8, 1.1, 1.5, 2.0])
@pytest.mark.parametrize("hertz", [90.0, 220.0, 500.0])
def test_a_tone_keeps_its_pitch_and_loudness_and_gets_no_click(hertz: float, tempo: float) -> None:
    result = at_tempo(tone(1.0, hertz=hertz), RATE, tempo)
    middle = result[len(result) // 10 : -len(result) // 10]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 8 * RATE))
    assert np.argmax(spectrum) / 8 == pytest.approx(hertz, rel=0.02)
    assert np.abs(middle).max() == pytest.approx(0.5, rel=0.05)
    assert np.abs(np.diff(middle)).max() < 1.3 * np.abs(np.diff(tone(1.0, hertz=hertz))).max()


def test_events_keep_their_order_and_place() -> None:
    signal = np.zeros(RATE, np.float32)
    signal[RATE // 4 : RATE // 4 + 1200] = tone(0.05)
    sounding = np.flatnonzero(np.abs(at_tempo(signal, RATE, 2.0)) > 0.1)
    assert sounding[0] / RATE == pytest.approx(0.125, abs=0.02)
    assert sounding[-1] / RATE == pytest.approx(0.15, abs=0.02)


@given(samples())
def test_tempo_1_changes_nothing(signal: Samples) -> None:
    np.testing.assert_array_equal(at_tempo(signal, RATE, 1.0), signal)
