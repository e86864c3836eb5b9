"""What is heard of a voice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from swift_f0 import SwiftF0

from service.text.sentence import Sentence
from service.voice import Samples, Voice, WordTiming


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A sentence as a voice spoke it, whole."""

    samples: Samples
    words: tuple[WordTiming, ...]
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def loudness(self) -> float:
        """In dB of full scale."""
        return float(20 * np.log10(np.sqrt(np.mean(self.samples**2))))

    @property
    def pitch(self) -> float:
        """Median F0 in Hz."""
        return self.pitch_between(0.0, self.seconds)

    def pitch_between(self, start: float, end: float) -> float:
        """Median F0 in Hz between two times in seconds."""
        track = SwiftF0(threads=1, spin=False).detect(
            self.between(start, end), self.rate, fmin=50.0, fmax=800.0
        )
        return float(np.median(track.pitch_hz[track.confidence >= 0.5]))

    def between(self, start: float, end: float) -> Samples:
        return self.samples[round(start * self.rate) : round(end * self.rate)]

    def digital_silences(self) -> list[float]:
        """Seconds of each stretch of zeros; networks' own pauses are never quite zero."""
        lengths = np.diff(np.flatnonzero(self.samples), prepend=-1, append=len(self.samples)) - 1
        return [float(length) / self.rate for length in lengths if length > 0.02 * self.rate]


def heard(voice: Voice, sentence: Sentence) -> Heard:
    clips = list(voice.speak(sentence))
    assert [clip.last for clip in clips] == [False] * (len(clips) - 1) + [True]
    return Heard(np.concatenate([clip.samples for clip in clips]), clips[0].words, voice.sample_rate)


def assert_sound(spoken: Heard) -> None:
    assert spoken.samples.dtype == np.float32
    assert spoken.samples.ndim == 1
    assert np.isfinite(spoken.samples).all()
    assert np.abs(spoken.samples).max() <= 1.0
    assert spoken.seconds > 0.1


def assert_words_in_order(spoken: Heard, sentence: Sentence) -> None:
    assert [word.text for word in spoken.words] == [word.text for word in sentence.words]
    assert [(word.start_char, word.end_char) for word in spoken.words] == [
        (word.start, word.end) for word in sentence.words
    ]
    times = [time for word in spoken.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0.0
    assert times[-1] <= spoken.seconds + 1e-6
    assert all(word.end > word.start for word in spoken.words)
