"""Pitch, pace and energy of tones whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from bench.scoring.pitch import PitchTracker, Prosody, Track
from bench.scoring.wave import RATE, at_scoring_rate
from service.voice import Samples

_HARMONICS = range(1, 9)


@pytest.fixture(scope="module")
def tracker() -> PitchTracker:
    return PitchTracker(threads=1)


def tone(pitch: ArrayLike, seconds: float, rms: float = 0.1, rate: int = RATE) -> Samples:
    """A voice-like tone, its harmonics falling off; ``pitch`` in Hz, constant or one value a sample."""
    steps = np.broadcast_to(np.asarray(pitch, dtype=float), round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(steps)
    wave = sum((np.sin(n * phase) / n for n in _HARMONICS), np.zeros_like(phase))
    scaled = wave * rms / np.sqrt(np.mean(wave**2))
    return np.asarray(scaled, dtype=np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


@pytest.mark.parametrize("pitch", [100.0, 150.0, 237.0, 320.0])
def test_level_of_a_steady_tone(tracker: PitchTracker, pitch: float) -> None:
    prosody = Prosody.of([tracker.track(tone(pitch, 1.0))], syllables=1)

    assert prosody.pitch == pytest.approx(pitch, rel=0.01)
    assert prosody.spread < 0.3


def test_range_of_a_tone_that_swings(tracker: PitchTracker) -> None:
    time = np.arange(4 * RATE) / RATE
    semitones = 4 * np.sin(2 * np.pi * time)  # a sine's standard deviation is its height over √2

    prosody = Prosody.of([tracker.track(tone(200 * 2 ** (semitones / 12), 4.0))], syllables=1)

    assert prosody.spread == pytest.approx(4 / np.sqrt(2), rel=0.05)
    assert prosody.pitch == pytest.approx(200, rel=0.03)


def test_energy_is_that_of_the_voiced_part(tracker: PitchTracker) -> None:
    spoken = np.concatenate([silence(1.0), tone(200, 2.0, rms=0.1), silence(1.0)])

    assert Prosody.of([tracker.track(spoken)], syllables=1).energy == pytest.approx(-20.0, abs=0.5)


def test_pace_leaves_pauses_out(tracker: PitchTracker) -> None:
    spoken = np.concatenate([silence(0.5), tone(200, 1.0), silence(0.6), tone(200, 1.0), silence(0.5)])

    assert Prosody.of([tracker.track(spoken)], syllables=8).rate == pytest.approx(4.0, rel=0.05)


def test_pace_counts_closures_inside_words_as_speech(tracker: PitchTracker) -> None:
    spoken = np.concatenate([tone(200, 0.9), silence(0.1), tone(200, 1.0)])

    assert Prosody.of([tracker.track(spoken)], syllables=8).rate == pytest.approx(4.0, rel=0.05)


def test_recordings_are_pooled(tracker: PitchTracker) -> None:
    low, high = (tracker.track(tone(pitch, 1.0)) for pitch in (100.0, 200.0))

    assert Prosody.of([low, high], syllables=2).spread == pytest.approx(6.0, abs=0.2)  # an octave, halved


def test_silence_has_no_prosody(tracker: PitchTracker) -> None:
    with pytest.raises(ValueError, match="voiced"):
        Prosody.of([tracker.track(silence(1.0))], syllables=1)


def test_prosody_of_known_frames() -> None:
    track = Track(pitch=np.array([100.0, 200.0, 400.0]), power=np.array([0.01, 0.01, 0.01]), seconds=2.0)

    prosody = Prosody.of([track], syllables=6)

    assert prosody.pitch == pytest.approx(200.0)
    assert prosody.spread == pytest.approx(12 * np.sqrt(2 / 3))
    assert prosody.rate == pytest.approx(3.0)
    assert prosody.energy == pytest.approx(-20.0)


def test_resampling_for_the_scorers_keeps_the_pitch_and_stays_in_range(tracker: PitchTracker) -> None:
    resampled = at_scoring_rate(np.sign(tone(220, 1.0, rate=24_000)), 24_000)

    assert resampled.dtype == np.float32
    assert len(resampled) == RATE
    assert np.abs(resampled).max() <= 1.0
    assert Prosody.of([tracker.track(resampled)], syllables=1).pitch == pytest.approx(220, rel=0.01)
