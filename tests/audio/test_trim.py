from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.pcm import Samples
from service.audio.trim import Trimmer, sound_bounds
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


def trimmed(signal: Samples, kept: tuple[int, int], sizes: list[int]) -> tuple[Samples, int]:
    """What a trimmer leaves of a signal that comes in pieces of these sizes, and then the rest."""
    trimmer = Trimmer(RATE, kept)
    parts = np.split(signal, np.cumsum(sizes))
    pieces = [trimmer.push(part) for part in parts[:-1]] + [trimmer.push(parts[-1], last=True)]
    return np.concatenate(pieces), trimmer.cut


class TestTrimmer:
    SPOKEN = np.concatenate([quiet(0.3), tone(0.2), quiet(0.4), tone(0.2), quiet(0.3)])
    WORDS = (round(0.5 * RATE), round(1.1 * RATE))

    @given(st.lists(st.integers(0, 6000), max_size=5))
    def test_silence_at_both_ends_goes_however_the_pieces_are_cut(self, sizes: list[int]) -> None:
        sound, cut = trimmed(self.SPOKEN, self.WORDS, sizes)
        assert 0.275 * RATE <= cut <= 0.285 * RATE
        assert 1.115 * RATE <= cut + len(sound) <= 1.13 * RATE
        np.testing.assert_array_equal(sound, self.SPOKEN[cut : cut + len(sound)])

    def test_the_start_comes_with_the_first_sound_and_nothing_is_held_back_inside(self) -> None:
        trimmer = Trimmer(RATE, self.WORDS)
        given = [len(trimmer.push(part)) for part in np.split(self.SPOKEN, 14)]  # 0.1 s each
        assert given[:3] == [0, 0, 0]
        assert given[3] == pytest.approx(0.12 * RATE, abs=0.006 * RATE)
        assert given[4:11] == [0.1 * RATE] * 7
        assert given[11:] == [0, 0, 0]

    def test_a_soft_onset_is_kept(self) -> None:
        breath = tone(0.06, hertz=3000.0, amplitude=0.5 * 10 ** (-40 / 20))
        signal = np.concatenate([quiet(0.3), breath, tone(0.5)])
        assert trimmed(signal, (RATE, RATE), [RATE // 100] * 40)[1] <= 0.3 * RATE

    def test_noise_under_speech_is_silence(self) -> None:
        signal = self.SPOKEN + tone(1.4, hertz=1000.0, amplitude=2e-4)
        assert trimmed(signal, self.WORDS, [2400])[1] > 0.27 * RATE

    @pytest.mark.parametrize("sizes", [[], [100, 5000, 20_000]])
    def test_of_words_only_the_first_is_trimmed_however_quiet_they_are(self, sizes: list[int]) -> None:
        sound, cut = trimmed(self.SPOKEN, (1000, len(self.SPOKEN)), sizes)
        assert (cut, cut + len(sound)) == (1000, len(self.SPOKEN))
        sound, cut = trimmed(quiet(1.0), (1000, 20_000), sizes[:2])
        assert (cut, cut + len(sound)) == (1000, 20_000 + 0.02 * RATE)

    @given(samples())
    def test_sound_without_silence_stays_as_it_is(self, signal: Samples) -> None:
        sound, cut = trimmed(signal, (0, len(signal)), [])
        assert cut == 0
        np.testing.assert_array_equal(sound, signal)
