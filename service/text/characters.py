"""One way to write each character: half-width, simplified, without what is never spoken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from opencc import OpenCC

from service.text.glyph import CUT, Glyph

_KEEP = frozenset(
    "，。！？；：（）…、“”‘’《》【】「」『』〈〉—～·℃℉‰°²³¹⁰⁴⁵⁶⁷⁸⁹⁻ⁿ½⅓⅔¼¾Ωµ№㎡㎏㎞㎝㎜㏄"
) | frozenset(chr(code) for code in range(0x2160, 0x2180))
_ALIASES = {
    "￥": "¥",
    "〜": "~",
    "∼": "~",
    "～": "~",
    "﹣": "-",
    "－": "-",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "﹪": "%",
    "\t": " ",
}
_ALIASES |= {
    "\r": CUT,
    "\v": CUT,
    "\f": CUT,
    "\x85": CUT,
    "\u2028": CUT,
    "\u2029": CUT,
    "⁄": "/",
    "∕": "/",
    "∶": ":",
    "＇": "'",
}
_ALIASES |= {"²": "²", "〇": "零", "○": "零", "’": "’"}
_LIGATURES = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
_UNSPOKEN = frozenset(("Cc", "Cf", "Co", "Cn", "Cs", "So", "Mn", "Me", "Sk"))
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])：(?=[0-9])")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Cleaner:
    """Rewrites characters one by one; every glyph keeps its span."""

    def __init__(self) -> None:
        self._simplify = OpenCC("tw2s").convert

    def clean(self, glyphs: Iterable[Glyph]) -> list[Glyph]:
        """Full-width to half-width, digits of any script to ASCII, traditional to simplified.

        Emoji, symbols without a name that people say, control and zero-width characters go. A blank takes
        the place of an emoji, so that the words around it stay apart.
        """
        cleaned = [replace(g, char=char) for g in glyphs for char in ([g.char] if g.pin else _forms(g.char))]
        return self._simplified(_half_width_colons(cleaned))

    def _simplified(self, glyphs: list[Glyph]) -> list[Glyph]:
        text = "".join(glyph.char or " " for glyph in glyphs)
        if not _HAN.search(text):
            return glyphs
        simple = self._simplify(text)
        if len(simple) != len(text):
            simple = "".join(_one(self._simplify(char), char) for char in text)
        return [
            glyph if char == glyph.char or not glyph.char else replace(glyph, char=char)
            for glyph, char in zip(glyphs, simple, strict=True)
        ]


def _one(converted: str, char: str) -> str:
    return converted if len(converted) == 1 else char


def _forms(char: str) -> Sequence[str]:
    """What one character becomes: usually itself, at times several (㎐) or a blank (emoji) or nothing."""
    if not char or char == CUT or " " <= char <= "~" or "\u4e00" <= char <= "\u9fff":
        return (char,)
    if char in _ALIASES:
        return (_ALIASES[char],)
    if char in _KEEP:
        return (char,)
    category = unicodedata.category(char)
    if category == "Nd":
        return (str(unicodedata.decimal(char)),)
    wide = unicodedata.normalize("NFKC", char)
    if category == "No" and wide.isdigit():
        return (*wide, " ")  # ① ② are two numbers, not twelve
    if wide != char and wide.isprintable() and not wide.isspace():
        wide = wide.replace("\u2044", "/")
        return tuple(wide) if len(wide) <= 4 or wide.isascii() else (wide[0],)
    if category in _UNSPOKEN:
        return (" ",) if category == "So" else ()
    if category.startswith("Z"):
        return (" ",)
    return tuple(_unaccented(char))


def _unaccented(char: str) -> str:
    """The Latin letter under an accent (é is e); any other character as it is."""
    if char.lower() in _LIGATURES:
        return _LIGATURES[char.lower()]
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() and base.isalpha() else char


def _half_width_colons(glyphs: list[Glyph]) -> list[Glyph]:
    text = "".join(glyph.char or "\0" for glyph in glyphs)
    result = list(glyphs)
    for match in _BETWEEN_DIGITS.finditer(text):
        result[match.start()] = replace(result[match.start()], char=":")
    return result
