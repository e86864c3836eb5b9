"""Chinese characters into words and syllables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pypinyin import Style, lazy_pinyin
from rjieba import Jieba

from service.text import erhua, polyphones
from service.text.lexicon import Lexicon
from service.text.polyphones import HanWord
from service.text.sentence import Syllable
from service.text.syllable import Syllabary

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_FIGURES = re.compile(r"[零幺一二三四五六七八九]{3,}")
_FIGURE_GROUP = 4


class Mandarin:
    """Segments runs of Chinese characters and reads them, with the tones of the dictionary, before sandhi."""

    def __init__(self, syllabary: Syllabary, lexicon: Lexicon) -> None:
        self._syllabary = syllabary
        self._lexicon = lexicon
        self._jieba = Jieba()
        for word in lexicon.words():
            if not self._jieba.has_word(word):
                self._jieba.add_word(word, self._jieba.suggest_freq(word), "n")

    def read(self, text: str) -> tuple[list[HanWord], list[Syllable | None]]:
        """The words of a run of Chinese characters, and for each character its syllable.

        A character has None when it is the 儿 of erhua or has no known reading.
        """
        words = self._segment(text)
        syllables = self._readings(text, words)
        bounds = {0, *(word.end for word in words)}
        settled: set[int] = set()
        for position, fixed in self._lexicon.matches(text, bounds):
            syllables[position : position + len(fixed)] = fixed
            settled |= set(range(position, position + len(fixed))) if len(fixed) > 1 else set()
        polyphones.settle(text, words, syllables, settled)
        self._curl(text, syllables)
        return words, syllables

    def parts(self, word: str) -> tuple[int, ...]:
        """The lengths of the parts of a word: 小老虎 is (1, 2)."""
        if len(word) < 3:
            return (len(word),)
        inner = [w for w in self._jieba.cut_for_search(word) if 1 < len(w) < len(word)]
        if len(word) == 3 and inner:
            return (2, 1) if word.startswith(inner[0]) else (1, 2)
        return tuple(len(word[i : i + 2]) for i in range(0, len(word), 2))

    def _segment(self, text: str) -> list[HanWord]:
        words: list[HanWord] = []
        done = 0
        for figures in _FIGURES.finditer(text):
            words += self._tagged(text, done, figures.start())
            ends = [*range(figures.start() + _FIGURE_GROUP, figures.end(), _FIGURE_GROUP), figures.end()]
            starts = [figures.start(), *ends[:-1]]
            words += [HanWord(start, end, "m") for start, end in zip(starts, ends, strict=True)]
            done = figures.end()
        return words + self._tagged(text, done, len(text))

    def _tagged(self, text: str, start: int, end: int) -> list[HanWord]:
        words = []
        for word, tag in self._jieba.tag(text[start:end], hmm=False) if end > start else ():
            words.append(HanWord(start, start + len(word), tag))
            start += len(word)
        return words

    def _readings(self, text: str, words: Sequence[HanWord]) -> list[Syllable | None]:
        """Readings of the whole run, and over them those of each word of several characters."""
        written = _pinyin(text)
        for word in words:
            own = text[word.start : word.end]
            if len(own) > 1:
                written[word.start : word.end] = _pinyin(own)
        return [self._syllabary.parse(reading) for reading in written]

    def _curl(self, text: str, syllables: list[Syllable | None]) -> None:
        for i, char in enumerate(text):
            previous = syllables[i - 1] if i else None
            if char == "儿" and previous is not None and erhua.curls(text, i):
                merged = self._syllabary.with_erhua(previous)
                if merged is not None:
                    syllables[i - 1], syllables[i] = merged, None


def _unknown(characters: str) -> str:
    """Characters without a reading, one by one: pypinyin takes a list, whatever its types say."""
    return list(characters)  # type: ignore[return-value]


def _pinyin(text: str) -> list[str]:
    return lazy_pinyin(text, style=Style.TONE3, errors=_unknown, neutral_tone_with_five=True)
