from __future__ import annotations

import numpy as np
import pytest

from service.runtime.export.verdict import (
    MOST_DISTANCE,
    MOST_ERRORS_ADDED,
    MOST_QUALITY_LOST,
    Score,
    Verdict,
    spectral_distance,
)
from tests.runtime.voices import Floats, spectrogram

GOOD = Score(errors=0.02, quality=3.0)
LITTLE = 1e-6


def speech() -> Floats:
    """A second of something with a spectrum."""
    time, pitches = np.arange(16_000) / 16_000, np.arange(120, 4000, 120)[:, None]
    tones: Floats = (10 * np.sin(2 * np.pi * pitches * time) / pitches).sum(axis=0).astype(np.float32)
    return tones


def noisy(level: float) -> Floats:
    mixed: Floats = speech() + np.float32(level) * spectrogram(1, 16_000)[0]
    return mixed


def passed(*, errors: float = GOOD.errors, quality: float = GOOD.quality) -> bool:
    return Verdict(0.5, GOOD, Score(errors, quality)).passed


def test_a_signal_is_at_no_distance_from_itself() -> None:
    assert spectral_distance(speech(), speech()) == 0


def test_the_distance_grows_with_noise() -> None:
    distances = [spectral_distance(speech(), noisy(level)) for level in (1e-4, 1e-3, 1e-2, 1e-1)]
    assert distances == sorted(distances)
    assert 0 < distances[0] < 1
    assert distances[-1] > 10


def test_twice_as_loud_is_six_decibels_away() -> None:
    assert spectral_distance(noisy(0.1), 2 * noisy(0.1)) == pytest.approx(6.02, abs=0.1)


def test_what_lies_far_below_the_loudest_is_not_heard() -> None:
    assert spectral_distance(speech(), noisy(1e-7)) < 0.01


def test_silence_is_at_no_distance_from_silence_and_far_from_sound() -> None:
    silence = np.zeros(16_000, np.float32)
    assert spectral_distance(silence, silence) == 0
    assert spectral_distance(speech(), silence) > 10


def test_signals_shorter_than_a_window_are_compared_too() -> None:
    assert spectral_distance(speech()[:100], speech()[:100]) == 0
    assert spectral_distance(speech()[:100], noisy(0.1)[:100]) > 1


def test_int8_may_be_as_far_away_as_the_limit_and_no_further() -> None:
    assert Verdict(MOST_DISTANCE).passed
    assert not Verdict(MOST_DISTANCE + LITTLE).passed


def test_a_distance_that_is_no_number_is_too_far() -> None:
    assert not Verdict(float("nan")).passed


def test_int8_may_lose_as_much_quality_as_the_limit_and_no_more() -> None:
    assert passed(quality=GOOD.quality - MOST_QUALITY_LOST + LITTLE)
    assert not passed(quality=GOOD.quality - MOST_QUALITY_LOST - LITTLE)
    assert passed(quality=2.95)
    assert passed(quality=4.5)


def test_int8_may_make_as_many_more_errors_as_the_limit_and_no_more() -> None:
    assert passed(errors=GOOD.errors + MOST_ERRORS_ADDED - LITTLE)
    assert not passed(errors=GOOD.errors + MOST_ERRORS_ADDED + LITTLE)
    assert passed(errors=0)


def test_good_scores_do_not_excuse_a_distance_nor_the_other_way_round() -> None:
    assert not Verdict(MOST_DISTANCE + 1, GOOD, GOOD).passed
    assert not Verdict(0, GOOD, Score(errors=0.02, quality=2.0)).passed
    assert not Verdict(0, GOOD, Score(errors=0.5, quality=3.0)).passed


def test_a_voice_that_cannot_be_understood_is_judged_by_the_distance_alone() -> None:
    verdict = Verdict(0.5, Score(errors=0.9, quality=1.5), Score(errors=1.0, quality=1.0))
    assert not verdict.scored
    assert verdict.passed
    assert "not scored as speech" in str(verdict)


def test_a_voice_that_is_understood_in_fp32_and_not_in_int8_does_not_pass() -> None:
    verdict = Verdict(0.5, GOOD, Score(errors=1.0, quality=3.0))
    assert verdict.scored
    assert not verdict.passed


def test_the_figures_are_all_numbers_by_name() -> None:
    assert Verdict(1.23456).figures == {"log_spectral_distance_db": 1.235}
    assert Verdict(0.5, GOOD, Score(errors=0.0212, quality=2.9876)).figures == {
        "log_spectral_distance_db": 0.5,
        "fp32_ser": 0.02,
        "fp32_ovrl": 3.0,
        "int8_ser": 0.0212,
        "int8_ovrl": 2.988,
    }


def test_a_verdict_reads_as_one_line() -> None:
    line = str(Verdict(0.5, GOOD, Score(errors=0.021, quality=2.98)))
    assert line.startswith("int8 passed: log-spectral distance 0.50 dB")
    assert "OVRL 3.00 to 2.98" in line
    assert "SER 2.0% to 2.1%" in line
    assert "\n" not in line
