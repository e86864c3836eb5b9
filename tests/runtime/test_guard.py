from __future__ import annotations

import numpy as np
import pytest

from service.runtime.guard import (
    LARGEST_MEL,
    LONGEST_SYMBOL,
    SILENCE,
    UnusableSpeechError,
    check_durations,
    check_mel,
    is_silent,
    is_sound,
)

FRAME = 0.0125  # seconds


def check(frames: list[float], rate: float = 1.0) -> None:
    """Checks durations given in frames at the voice's own rate."""
    log_durations = np.log1p(np.array(frames, np.float32))
    check_durations(log_durations, np.full(len(frames), rate, np.float32), FRAME)


def test_a_symbol_may_last_three_seconds_and_no_longer() -> None:
    longest = LONGEST_SYMBOL / FRAME
    check([1, longest - 0.1])
    with pytest.raises(UnusableSpeechError, match=r"3\.1 s for one symbol"):
        check([1, longest + 8])


@pytest.mark.parametrize("rate", [0.1, 1.0, 5.0])
def test_the_rate_makes_no_duration_absurd_and_excuses_none(rate: float) -> None:
    check([200], rate)
    with pytest.raises(UnusableSpeechError, match=r"3\.8 s for one symbol"):
        check([300], rate)


def test_one_symbol_must_have_a_frame() -> None:
    check([0, 0, 0.51])
    with pytest.raises(UnusableSpeechError, match="no duration for any symbol"):
        check([0, 0, 0.49])


def test_a_frame_is_counted_at_the_rate_of_its_symbol() -> None:
    check([1], rate=1.99)
    with pytest.raises(UnusableSpeechError, match="no duration"):
        check([1], rate=2.01)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_durations_are_finite(value: float) -> None:
    with pytest.raises(UnusableSpeechError, match="no numbers"):
        check_durations(np.array([1, value], np.float32), np.ones(2, np.float32), FRAME)


def test_a_huge_duration_is_told_rather_than_overflowing() -> None:
    with pytest.raises(UnusableSpeechError, match="s for one symbol"):
        check_durations(np.array([1000], np.float32), np.ones(1, np.float32), FRAME)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_mel_has_a_largest_value(sign: int) -> None:
    mel = np.zeros((5, 80), np.float32)
    mel[3, 7] = sign * LARGEST_MEL
    check_mel(mel)
    mel[3, 7] = np.nextafter(mel[3, 7], np.float32(sign * np.inf))
    with pytest.raises(UnusableSpeechError, match="out of range"):
        check_mel(mel)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_mel_is_finite(value: float) -> None:
    mel = np.zeros((5, 80), np.float32)
    mel[4, 79] = value
    with pytest.raises(UnusableSpeechError, match="out of range"):
        check_mel(mel)


def test_silence_ends_at_its_peak() -> None:
    samples = np.zeros(100, np.float32)
    assert is_silent(samples)
    samples[50] = -SILENCE * 0.99
    assert is_silent(samples)
    samples[50] = -SILENCE * 1.01
    assert not is_silent(samples)


def test_no_samples_are_silent() -> None:
    assert is_silent(np.zeros(0, np.float32))


@pytest.mark.parametrize(("value", "sound"), [(1.0, True), (-1.0, True), (1.0001, False), (-1.0001, False)])
def test_samples_reach_up_to_1(value: float, sound: bool) -> None:
    assert is_sound(np.array([0, value], np.float32)) is sound


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_are_finite(value: float) -> None:
    assert not is_sound(np.array([0, value], np.float32))
