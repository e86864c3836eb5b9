"""What the front end says of a text: typed sentences of words and syllables.

Levels of break follow the Mandarin prosodic hierarchy that Sambert was trained on:
1 word boundary, 2 minor phrase, 3 phrase (a comma), 4 end of sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BreakLevel = Literal[1, 2, 3, 4]


@dataclass(frozen=True, slots=True)
class Style:
    """How a stretch of text is to be spoken.

    Attributes:
        emotion: an emotion's name without prefix, such as ``"happy"``.
        intensity: 0 (neutral) to 2; 1 is the emotion as it was learned.
        rate: speaking rate as a factor, 0.5 to 2.
        pitch: shift in semitones, -12 to 12.
        volume: gain as a factor, 0 to 2.
        voice: a voice's name, or None for the request's voice.
    """

    emotion: str = "neutral"
    intensity: float = 1.0
    rate: float = 1.0
    pitch: float = 0.0
    volume: float = 1.0
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Syllable:
    """One Mandarin syllable as it is spoken, after sandhi.

    Attributes:
        pinyin: toneless, standard spelling, ü written ``v`` (``lv``, but ``ju``, ``yuan``);
            without the r of erhua.
        tone: 1 to 4, 5 for neutral.
        erhua: the syllable ends in r (``dian`` + erhua is ``dianr``).
    """

    pinyin: str
    tone: int
    erhua: bool = False

    def __str__(self) -> str:
        return f"{self.pinyin}{'r' if self.erhua else ''}{self.tone}"


@dataclass(frozen=True, slots=True)
class Word:
    """One prosodic word: Mandarin syllables or one English word, never both.

    Attributes:
        text: the normalised text that is spoken (``二零二四年`` for ``2024年``).
        start, end: the characters of the source text (SSML included) that it stands for, half open.
            Words in a row may share a span when one number became several words.
        syllables: the Mandarin syllables; empty for an English word.
        phones: an English word's ARPAbet, upper case, vowels with stress digit, one tuple a syllable;
            empty for a Mandarin word.
        break_after: the break level that follows; 4 only on the last word of a sentence.
        pause: seconds of silence asked for after the word by SSML ``<break>``, or None for what the
            break level means.
        mark: the punctuation that follows, one of ``，、：；。！？…`` or empty.
        style: how it is to be spoken.
    """

    text: str
    start: int
    end: int
    syllables: tuple[Syllable, ...] = ()
    phones: tuple[tuple[str, ...], ...] = ()
    break_after: BreakLevel = 1
    pause: float | None = None
    mark: str = ""
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: at least one word, the last with break level 4.

    Attributes:
        words: in spoken order.
        start, end: the characters of the source text that it covers, half open; sentences in a row
            touch, so that no character of a plain text is lost between them.
        lead: seconds of silence before it, from an SSML ``<break>`` that no word precedes.
    """

    words: tuple[Word, ...]
    start: int
    end: int
    lead: float = 0.0

    @property
    def style(self) -> Style:
        """The style of its first word."""
        return self.words[0].style

    @property
    def text(self) -> str:
        """The spoken text with its punctuation, an English word set off by blanks."""
        parts: list[str] = []
        for word in self.words:
            blank = " " if parts and (word.phones or parts[-1][-1:].isascii()) else ""
            parts.append(blank + word.text + word.mark)
        return "".join(parts).strip()
