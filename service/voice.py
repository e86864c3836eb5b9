"""What a voice is, to the rest of the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.text.sentence import Sentence

Samples = NDArray[np.float32]
"""Mono samples, shape (n,), finite, in [-1, 1]."""


@dataclass(frozen=True, slots=True)
class SyllableTiming:
    """When a syllable is heard: seconds from the start of the audio it belongs to.

    ``text`` is its pinyin with the tone that is spoken (``"hao3"``), or its ARPAbet (``"HH AH0"``).
    """

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class WordTiming:
    """When a word is heard: seconds from the start of the audio it belongs to.

    ``start_char`` and ``end_char`` are the word's span in the source text, half open; ``syllables`` is
    empty where a voice cannot tell them apart.
    """

    text: str
    start: float
    end: float
    start_char: int
    end_char: int
    syllables: tuple[SyllableTiming, ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """A sentence as a voice spoke it, without silence at either end, and its word timings."""

    samples: Samples
    words: tuple[WordTiming, ...]


class Voice(Protocol):
    """Something that speaks sentences. Implementations are safe to call from several threads."""

    @property
    def name(self) -> str:
        """How requests choose it."""
        ...

    @property
    def gender(self) -> str:
        """``"female"`` or ``"male"``."""
        ...

    @property
    def sample_rate(self) -> int:
        """Of the clips, in Hz."""
        ...

    @property
    def emotions(self) -> tuple[str, ...]:
        """The names that it can express; ``"neutral"`` is the first."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same sentence would sound different (weights, prosody tables)."""
        ...

    def speak(self, sentence: Sentence) -> Clip:
        """Speaks one sentence, each word in its own style.

        Pauses inside the sentence (break levels, ``Word.pause``) are part of the clip; the silence
        around it is not. Rate, pitch, volume, emotion and intensity come from the words' styles;
        ``Style.voice`` has been acted on already.
        """
        ...
