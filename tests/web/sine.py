"""A voice that hums: each syllable is a tenth of a second of a sine wave."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np

from service.text.sentence import Sentence
from service.voice import Clip, Samples, WordTiming

_SYLLABLE_SECONDS = 0.1


@dataclass
class SineVoice:
    """Deterministic and quick. A test that clears ``may_speak`` holds it back until it is set again.

    With a ``piece`` in seconds, a sentence comes in clips of that length.
    """

    name: str
    pitch: float = 220.0
    gender: str | None = "female"
    sample_rate: int = 24000
    emotions: tuple[str, ...] = ("neutral", "happy", "sad")
    version: str = "1"
    piece: float | None = None
    spoken: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    may_speak: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_speak.set()

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        self.may_speak.wait()
        self.spoken.append(sentence.text)
        samples, words = self._hummed(sentence)
        size = round(self.piece * self.sample_rate) if self.piece else len(samples)
        try:
            for start in range(0, len(samples), size):
                end = start + size
                yield Clip(samples[start:end], () if start else words, end >= len(samples))
        finally:
            self.closed.append(sentence.text)

    def close(self) -> None:
        self.may_speak.set()

    def _hummed(self, sentence: Sentence) -> tuple[Samples, tuple[WordTiming, ...]]:
        pieces: list[Samples] = []
        words: list[WordTiming] = []
        at = 0.0
        for word in sentence.words:
            seconds = _SYLLABLE_SECONDS * max(1, len(word.syllables) + len(word.phones)) / word.style.rate
            times = np.arange(round(seconds * self.sample_rate), dtype=np.float32) / self.sample_rate
            hertz = self.pitch * 2 ** (word.style.pitch / 12)
            wave = 0.1 * word.style.volume * np.sin(2 * np.pi * hertz * times)
            pieces.append(wave.astype(np.float32))
            words.append(WordTiming(word.text, at, at + seconds, word.start, word.end))
            at += seconds
        return np.concatenate(pieces), tuple(words)
