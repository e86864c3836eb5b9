"""The Mandarin front end: text or SSML in, typed sentences out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from service.text import ssml
from service.text.characters import Cleaner
from service.text.errors import NothingToSpeakError
from service.text.glyph import Glyph, plain
from service.text.lexicon import Lexicon
from service.text.normalize import Normalizer
from service.text.sentence import Sentence, Style, Word
from service.text.split import split
from service.text.syllable import Syllabary
from service.text.words import WordMaker

LONGEST_SENTENCE = 60
"""Syllables a sentence may have; a longer one is cut at the best comma or word."""

_CUT_AFTER = ("。！？…", "；：", "，", "、")


class FrontEnd:
    """Reads texts. Safe to share between threads; takes about a second to build.

    Args:
        lexicon: an extra lexicon file of the operator's; see ``lexicon.Lexicon`` for its form.

    Attributes:
        version: of the lexicons; the same text may be read differently under another one.

    Raises:
        LexiconError, OSError: the lexicon file cannot be used.
    """

    def __init__(self, lexicon: Path | None = None) -> None:
        self._syllabary = Syllabary()
        self._cleaner = Cleaner()
        self._normalizer = Normalizer()
        words = Lexicon(self._syllabary, lexicon)
        self.version = words.version
        self._words = WordMaker(words, self._syllabary)

    def read(self, text: str, style: Style = Style()) -> Reading:
        """What will be spoken of ``text``, in ``style`` where its SSML says nothing else.

        A text whose first visible characters are ``<speak`` is SSML, any other is plain.

        Raises:
            SsmlError: the SSML is broken or uses what is not supported.
            NothingToSpeakError: there is no word in the text.
        """
        glyphs = ssml.parse(text, style, self._syllabary) if ssml.is_ssml(text) else plain(text, style)
        reading = Reading(self, self._cleaner.clean(glyphs), len(text))
        if next(iter(reading), None) is None:
            raise NothingToSpeakError(
                "text holds nothing to speak; it needs at least one Chinese or Latin word or a number"
            )
        return reading

    def sentences(self, glyphs: Sequence[Glyph], length: int) -> Iterator[Sentence]:
        """The sentences of cleaned glyphs, one after the other; ``length`` is that of the source text."""
        held: Sentence | None = None
        start, lead = 0, 0.0
        for piece in split(glyphs):
            words, pause = self._words.words(self._normalizer.normalize(piece))
            lead += pause
            for part in _bounded(words):
                if held is not None:
                    begin = piece[0].start if part[0] is words[0] else part[0].start
                    start = max(begin, held.words[-1].end)
                    yield replace(held, end=start)
                held = Sentence(tuple(part), start, length, lead)
                lead = 0.0
        if held is not None:
            yield _with_last_pause(held, lead)


class Reading:
    """The sentences of one text; iterating reads it anew, sentence by sentence.

    Attributes:
        styles: every style that holds anywhere in the text.
    """

    def __init__(self, frontend: FrontEnd, glyphs: Sequence[Glyph], length: int) -> None:
        self._frontend = frontend
        self._glyphs = glyphs
        self._length = length
        self.styles = frozenset(glyph.style for glyph in glyphs)

    def __iter__(self) -> Iterator[Sentence]:
        return self._frontend.sentences(self._glyphs, self._length)


def _with_last_pause(sentence: Sentence, pause: float) -> Sentence:
    """A pause that no word follows belongs to the last word."""
    if not pause:
        return sentence
    last = sentence.words[-1]
    return replace(sentence, words=(*sentence.words[:-1], replace(last, pause=(last.pause or 0.0) + pause)))


def _bounded(words: list[Word]) -> Iterator[list[Word]]:
    """The words in stretches of at most ``LONGEST_SENTENCE`` syllables, each closed by a break of level 4."""
    while words:
        cut = _cut(words)
        yield [*words[: cut - 1], replace(words[cut - 1], break_after=4)] if cut < len(words) else words
        words = words[cut:]


def _cut(words: Sequence[Word]) -> int:
    """How many words go into the first stretch: up to the best boundary in its second half."""
    ends = _ends_that_fit(words)
    if ends[-1] == len(words):
        return len(words)
    late = [n for n in ends if _length(words[:n]) > LONGEST_SENTENCE // 2] or ends
    for marks in _CUT_AFTER:
        found = [n for n in late if words[n - 1].mark and words[n - 1].mark in marks]
        if found:
            return found[-1]
    return next((n for n in reversed(late) if words[n - 1].break_after > 1), late[-1])


def _ends_that_fit(words: Sequence[Word]) -> list[int]:
    """Where a stretch of bounded length may end: not between the words of one number, where possible."""
    lengths = accumulate(len(word.syllables) + len(word.phones) for word in words)
    fitting = [n for n, length in enumerate(lengths, 1) if length <= LONGEST_SENTENCE] or [1]
    whole = [n for n in fitting if n == len(words) or not _share_span(words[n - 1], words[n])]
    return whole or fitting


def _share_span(left: Word, right: Word) -> bool:
    return left.end > right.start


def _length(words: Sequence[Word]) -> int:
    return sum(len(word.syllables) + len(word.phones) for word in words)
