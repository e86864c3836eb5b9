"""What a voice is, to the rest of the service."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
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

    def moved(self, seconds: float) -> SyllableTiming:
        """Gives the syllable that much later, but not before the start of the audio."""
        return replace(self, start=max(0.0, self.start + seconds), end=max(0.0, self.end + seconds))


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

    def moved(self, seconds: float) -> WordTiming:
        """Gives the word that much later, but not before the start of the audio."""
        syllables = tuple(syllable.moved(seconds) for syllable in self.syllables)
        start, end = max(0.0, self.start + seconds), max(0.0, self.end + seconds)
        return replace(self, start=start, end=end, syllables=syllables)


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of a sentence as a voice spoke it.

    Attributes:
        samples: one behind the other, a sentence's clips have no silence at either end.
        words: all words of the sentence with the first of its clips, in seconds from the start of its
            samples; none with the others.
        last: no other clip of the sentence follows.
    """

    samples: Samples
    words: tuple[WordTiming, ...]
    last: bool = True


class VoiceError(Exception):
    """A voice cannot speak a sentence; asking again would not help."""


class UnspeakableError(VoiceError):
    """The sentence holds what the voice cannot say; the message is fit for a client."""


class VoiceFailedError(VoiceError):
    """The voice's networks gave something that is not speech."""


class Voice(Protocol):
    """Something that speaks sentences. Implementations are safe to call from several threads."""

    @property
    def name(self) -> str:
        """How requests choose it."""
        ...

    @property
    def gender(self) -> str | None:
        """``"female"`` or ``"male"``; None where nothing tells."""
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

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        """Speaks one sentence, each word in its own style, and yields what is spoken as it is made.

        Pauses inside the sentence (break levels, ``Word.pause``) are part of the clips; the silence
        around it is not. Rate, pitch, volume, emotion and intensity come from the words' styles;
        ``Style.voice`` has been acted on already. There is at least one clip, and just one is the last.
        Work begins when the first clip is asked for; closing the generator stops it.

        Raises:
            UnspeakableError: the sentence holds what the voice cannot say.
            VoiceFailedError: the voice gave something that is not speech.
        """
        ...

    def close(self) -> None:
        """Ends what the voice runs in the background; it speaks no more."""
        ...
