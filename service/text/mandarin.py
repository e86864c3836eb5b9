"""Chinese characters into words and syllables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT
from rjieba import Jieba

from service.text import erhua, polyphones
from service.text.lexicon import Lexicon
from service.text.polyphones import HanWord
from service.text.sentence import Syllable
from service.text.syllable import Syllabary

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_NUMERALS = re.compile(r"[零幺一二两三四五六七八九十百千万亿点]{3,}")
_DIGITS = "[零一二三四五六七八九]"
_GROUPS = re.compile(
    r"[零幺一二三四五六七八九]{1,4}(?![零幺一二三四五六七八九十百千万亿点])"  # a code's last digits
    r"|[零幺一二三四五六七八九]{4}(?![十百千万亿点])"  # its first ones
    rf"|[一二两三四五六七八九十]{{1,3}}点(?=(?:零?{_DIGITS}|{_DIGITS}?十{_DIGITS}?)分)"  # an hour
    rf"|[零一二两三四五六七八九十百]{{1,3}}点{_DIGITS}{{1,2}}(?:万亿?|亿)?"  # a short decimal number
    rf"|点{_DIGITS}{{1,4}}(?:万亿?|亿)?"  # the decimals of a long one
    r"|[零一二两三四五六七八九十百千]+(?:万亿?|亿)?|."
)
"""What of a run of numerals is one prosodic word."""


class Mandarin:
    """Segments runs of Chinese characters and reads them, with the tones of the dictionary, before sandhi."""

    def __init__(self, syllabary: Syllabary, lexicon: Lexicon) -> None:
        _share_readings()
        self._syllabary = syllabary
        self._lexicon = lexicon
        self._jieba = Jieba()
        for word in lexicon.words():
            if not self._jieba.has_word(word):
                self._jieba.add_word(word, self._jieba.suggest_freq(word), "n")

    def read(self, text: str, cuts: Iterable[int] = ()) -> tuple[list[HanWord], list[Syllable | None]]:
        """The words of a run of Chinese characters, and for each character its syllable.

        No word crosses the offsets ``cuts``, where a number in words meets what was written in characters.
        A character has None when it is the 儿 of erhua or has no known reading.
        """
        words = self._segment(text, cuts)
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

    def _segment(self, text: str, cuts: Iterable[int]) -> list[HanWord]:
        bounds = sorted({0, *cuts, len(text)})
        return [word for start, end in pairwise(bounds) for word in self._stretch(text, start, end)]

    def _stretch(self, text: str, start: int, end: int) -> Iterator[HanWord]:
        for run in _NUMERALS.finditer(text, start, end):
            yield from self._tagged(text, start, run.start())
            start = run.start()
            while start < run.end():
                stop = min(_end_of_group(text, start), run.end())
                yield HanWord(start, stop, "m")
                start = stop
        yield from self._tagged(text, start, end)

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


def _end_of_group(text: str, start: int) -> int:
    group = _GROUPS.match(text, start)
    return group.end() if group else start + 1


def _unknown(characters: str) -> str:
    """Characters without a reading, one by one: pypinyin takes a list, whatever its types say."""
    return list(characters)  # type: ignore[return-value]


def _pinyin(text: str) -> list[str]:
    return lazy_pinyin(text, style=Style.TONE3, errors=_unknown, neutral_tone_with_five=True)


def _share_readings() -> None:
    """Has the phrases of pypinyin's dictionary share equal readings: they have 1,250 among 200,000 lists."""
    known: dict[tuple[str, ...], list[str]] = {}
    for readings in PHRASES_DICT.values():
        readings[:] = [known.setdefault(tuple(reading), reading) for reading in readings]
