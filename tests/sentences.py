"""Sentences by hand, so that these tests do not hang on the front end."""

from __future__ import annotations

import re
from dataclasses import replace

from service.text.sentence import Sentence, Style, Syllable, Word

NEUTRAL = Style()


def mandarin(
    text: str, pinyin: str, mark: str = "", style: Style = NEUTRAL, pause: float | None = None
) -> Word:
    """A word from pinyin such as ``"dian3r hao3"``: an r behind the tone is erhua."""
    syllables = tuple(
        Syllable(base, int(tone), bool(erhua))
        for base, tone, erhua in re.findall(r"(\w+)([1-5])(r?)", pinyin)
    )
    return Word(text, 0, 0, syllables, break_after=3 if mark else 1, pause=pause, mark=mark, style=style)


def english(text: str, *phones: str, style: Style = NEUTRAL) -> Word:
    """A word from its syllables' ARPAbet, as ``"HH AH0", "L OW1"``."""
    return Word(text, 0, 0, phones=tuple(tuple(syllable.split()) for syllable in phones), style=style)


def sentence(*words: Word) -> Sentence:
    """The words with their spans in the text that they make up, the last one closing the sentence."""
    placed: list[Word] = []
    at = 0
    for word in words:
        placed.append(replace(word, start=at, end=at + len(word.text)))
        at += len(word.text) + len(word.mark)
    placed[-1] = replace(placed[-1], break_after=4)
    return Sentence(tuple(placed), 0, at)


def greeting(style: Style = NEUTRAL, mark: str = "。") -> Sentence:
    return sentence(
        mandarin("你好", "ni2 hao3", "，", style),
        mandarin("今天", "jin1 tian1", style=style),
        mandarin("天气", "tian1 qi4", style=style),
        mandarin("真", "zhen1", style=style),
        mandarin("不错", "bu2 cuo4", mark, style),
    )
