"""A verdict on recordings of which everything is known but what was said."""

from __future__ import annotations

import numpy as np
import pytest

from bench.scoring.dnsmos import Dnsmos, Quality
from bench.scoring.errors import Tally
from bench.scoring.judge import Score, Take, Verdict
from bench.scoring.pitch import Track
from bench.scoring.wave import RATE
from service.voice import Samples


def verdict(cer: Tally, ser: Tally, quality: Quality) -> Verdict:
    take = Take("你好", 2, np.zeros(RATE, dtype=np.float32), RATE)
    track = Track(pitch=np.array([200.0]), power=np.array([0.01]), seconds=1.0)
    return Verdict(take, "你好", cer, ser, quality, track)


def noise(seconds: float) -> Samples:
    return (np.random.default_rng(1).standard_normal(round(seconds * RATE)) * 0.1).astype(np.float32)


def test_a_score_pools_errors_and_averages_ratings() -> None:
    score = Score.of(
        [
            verdict(Tally(2, 10), Tally(1, 10), Quality(3.0, 3.5)),
            verdict(Tally(0, 30), Tally(0, 30), Quality(4.0, 4.5)),
        ]
    )

    assert score.cer == pytest.approx(0.05)
    assert score.ser == pytest.approx(0.025)
    assert score.quality == pytest.approx((3.5, 4.0))
    assert score.prosody.rate == pytest.approx(2.0)


@pytest.mark.parametrize("seconds", [0.5, 9.01, 10.5])
def test_noise_is_rated_low_whatever_its_length(seconds: float) -> None:
    assert all(1.0 <= rating < 2.5 for rating in Dnsmos(threads=1).rate(noise(seconds)))


def test_nothing_cannot_be_rated() -> None:
    with pytest.raises(ValueError, match="no samples"):
        Dnsmos(threads=1).rate(noise(0))
