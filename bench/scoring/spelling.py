"""One spelling for what was said and what was heard, so that only sounds can differ."""

from __future__ import annotations

import re
import unicodedata

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

_DIGITS = str.maketrans("0123456789〇", "零一二三四五六七八九零")
_DROPPED = re.compile(r"[^a-z\u3400-\u9fff]")
_RUNS = re.compile(r"[a-z]|[^a-z]+")
# 1 is read yao in telephone numbers; a recogniser writes the commoner characters of that sound.
_YAO = re.compile(
    r"[幺要腰妖邀](?=[零一二三四五六七八九幺要腰妖邀]{2})|(?<=[零一二三四五六七八九])[幺腰妖邀]"
)


class Speller:
    """Brings texts to the form in which they are compared."""

    def __init__(self) -> None:
        self._simplified = OpenCC("tw2s")  # which also knows that 著 is mostly 着

    def characters(self, text: str) -> str:
        """Simplified characters and lower-case Latin letters, nothing else.

        Figures become the characters of their digits; 1 is ``一``, also where it is read ``yao``.
        """
        folded = unicodedata.normalize("NFKC", text).casefold()
        kept = _DROPPED.sub("", self._simplified.convert(folded).translate(_DIGITS))
        return _YAO.sub("一", kept)

    def syllables(self, text: str) -> list[str]:
        """Toneless pinyin of the characters; each Latin letter stands for itself.

        Characters of one sound compare as equal this way.
        """
        return [syllable for run in _RUNS.findall(self.characters(text)) for syllable in _read(run)]


def _read(run: str) -> list[str]:
    return [run] if run.isascii() else lazy_pinyin(run, style=Style.NORMAL)
