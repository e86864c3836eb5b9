"""Tone sandhi: third tones in a row, 一 and 不.

Works on the words of one phrase, in place: lists of syllables with their characters. Sources: Chao,
*A Grammar of Spoken Chinese* (1968), 1.3.3; Duanmu, *The Phonology of Standard Chinese* (2007), ch. 11.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from service.text.sentence import Syllable

_NUMERALS = "零一二三四五六七八九十百千万亿两幺"
_COUNTS = "百千万亿"
_CLOSED = frozenset(("统一", "唯一", "单一", "万一", "专一", "之一", "逐一", "如一", "归一", "合一"))
"""Words that end in 一, whatever longer word they are part of."""
OPEN_BEFORE_YI = "这那哪每某另有同进近换隔一十百千万零两"
"""Characters after which 一 still belongs to what follows, though a word may end there: 这一天, 每一个."""
_ORDERED = (
    "月",
    "号",
    "日",
    "楼",
    "班",
    "级",
    "路",
    "单元",
    "年级",
    "比",
    "不二",
    "加",
    "减",
    "乘",
    "除",
    "等于",
    "又",
)
"""What is numbered, not counted, after 一 (一月, 一号楼), and what is said between figures (一比一)."""


def yi_bu(text: str, syllables: list[Syllable], fixed: Set[int] = frozenset()) -> None:
    """一 and 不 change with the tone that follows them; ``text`` has one character a syllable.

    一 stays first tone in ordinals, in figures, in front of a pause, and at the positions ``fixed``, where it
    ends a word (统一); it is neutral between a doubled verb (看一看).
    """
    for i, char in enumerate(text):
        if char == "一" and syllables[i].pinyin == "yi" and i not in fixed:
            syllables[i] = replace(syllables[i], tone=_yi(text, syllables, i))
        elif char == "不" and syllables[i].pinyin == "bu":
            syllables[i] = replace(syllables[i], tone=_bu(text, syllables, i))


def _doubled(text: str, i: int) -> bool:
    return 0 < i < len(text) - 1 and text[i - 1] == text[i + 1] and text[i - 2 : i - 1] != text[i]


def _yi(text: str, syllables: Sequence[Syllable], i: int) -> int:
    after = text[i + 1 : i + 2]
    if not after or _is_figure(text, i):
        return 1
    if _doubled(text, i) and after not in _NUMERALS:
        return 5
    return 2 if syllables[i + 1].tone == 4 or after in "个下" else 4


def _is_figure(text: str, i: int) -> bool:
    """Whether the 一 at ``text[i]``, not the last character, names a number and does not count something."""
    before, after = text[i - 1 : i], text[i + 1]
    if (before and before in "第初周期礼") or text[i - 1 : i + 1] in _CLOSED:
        return True
    if after in _COUNTS:
        return False  # 一百, 一千: whatever stands before
    in_number = bool(before) and before in _NUMERALS
    decimal = before == "点" and text[i - 2 : i - 1] in tuple(_NUMERALS)
    whole = after == "点" and text[i + 2 : i + 3] in tuple(_NUMERALS)
    counted_off = after in _NUMERALS and after != "两"
    between = bool(before) and before in "比加减乘"
    return in_number or decimal or whole or counted_off or between or text.startswith(_ORDERED, i + 1)


def _bu(text: str, syllables: Sequence[Syllable], i: int) -> int:
    if _doubled(text, i):
        return 5
    return 2 if i + 1 < len(text) and syllables[i + 1].tone == 4 else 4


def third_tones(words: list[list[Syllable]], parts: Sequence[Sequence[int]]) -> None:
    """Third tones before third tones become second.

    Args:
        words: the syllables of each word of one phrase; changed in place.
        parts: how each word falls into its own parts, as lengths that add up to its syllables
            (展览馆 is 2+1, 小老虎 1+2): the change happens inside the parts first.
    """
    for word, lengths in zip(words, parts, strict=True):
        start = 0
        for length in lengths:
            _chain(word, start, start + length)
            start += length
        _right_to_left(word)
    for left, right in zip(reversed(words[:-1]), reversed(words[1:]), strict=True):
        if left and right and left[-1].tone == 3 and right[0].tone == 3:
            left[-1] = replace(left[-1], tone=2)


def _chain(word: list[Syllable], start: int, end: int) -> None:
    """In a part with no structure of its own every third tone but the last changes."""
    for i in range(start, end - 1):
        if word[i].tone == 3 and word[i + 1].tone == 3:
            word[i] = replace(word[i], tone=2)


def _right_to_left(word: list[Syllable]) -> None:
    for i in range(len(word) - 2, -1, -1):
        if word[i].tone == 3 and word[i + 1].tone == 3:
            word[i] = replace(word[i], tone=2)
