from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from service.audio.pcm import Samples
from service.audio.trim import sound_bounds
from tests.audio.signals import quiet, samples, tone

RATE = 24_000


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 48000])
def test_bounds_lie_a_margin_around_the_sound(rate: int) -> None:
    signal = np.concatenate([quiet(0.5, rate), tone(1.0, rate), quiet(0.7, rate)])
    start, end = sound_bounds(signal, rate)
    assert 0.47 * rate <= start <= 0.48 * rate
    assert 1.52 * rate <= end <= 1.53 * rate


def test_a_soft_onset_is_kept() -> None:
    breath = tone(0.06, hertz=3000.0, amplitude=0.5 * 10 ** (-40 / 20))
    signal = np.concatenate([quiet(0.3), breath, tone(0.5), quiet(0.3)])
    start, _ = sound_bounds(signal, RATE)
    assert start <= 0.3 * RATE


def test_the_margin_ends_where_the_samples_end() -> None:
    assert sound_bounds(tone(0.5), RATE) == (0, RATE // 2)


def test_inner_silence_stays() -> None:
    signal = np.concatenate([tone(0.2), quiet(1.0), tone(0.2)])
    assert sound_bounds(signal, RATE) == (0, len(signal))


@pytest.mark.parametrize("signal", [quiet(0.0), quiet(1.0), tone(1.0, amplitude=1e-5)])
def test_silence_has_no_bounds(signal: Samples) -> None:
    assert sound_bounds(signal, RATE) == (0, 0)


@given(samples())
def test_bounds_are_always_within_the_samples(signal: Samples) -> None:
    start, end = sound_bounds(signal, RATE)
    assert 0 <= start <= end <= len(signal)
    assert np.abs(signal[:start]).max(initial=0.0) <= np.abs(signal).max(initial=0.0)
