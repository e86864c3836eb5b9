from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.pcm import Samples
from service.audio.resample import resampled
from tests.audio.signals import samples, tone

RATES = st.sampled_from([8000, 16000, 24000, 48000])


def whole(chunks: list[Samples], rate_in: int, rate_out: int) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *resampled(chunks, rate_in, rate_out)])


@given(st.lists(samples(most=2000, bound=1.0), max_size=4), RATES, RATES)
def test_the_length_follows_the_ratio(chunks: list[Samples], rate_in: int, rate_out: int) -> None:
    expected = sum(map(len, chunks)) * rate_out / rate_in
    result = whole(chunks, rate_in, rate_out)
    assert abs(len(result) - expected) <= 1
    assert np.isfinite(result).all()


@given(st.lists(st.integers(0, 24_000), max_size=6))
def test_cuts_between_chunks_leave_no_trace(cuts: list[int]) -> None:
    signal = tone(1.0)
    chunks = np.split(signal, sorted(cuts))
    np.testing.assert_allclose(whole(chunks, 24_000, 16_000), whole([signal], 24_000, 16_000), atol=1e-5)


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_a_tone_stays_the_same_tone(rate: int) -> None:
    edge = rate // 20
    result = whole([tone(1.0)], 24_000, rate)
    np.testing.assert_allclose(result[edge:-edge], tone(1.0, rate)[edge:-edge], atol=1e-3)


def test_the_same_rate_changes_nothing() -> None:
    signal = tone(0.1)
    np.testing.assert_array_equal(whole([signal], 24_000, 24_000), signal)
