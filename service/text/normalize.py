"""Written forms into words: ``2024年`` into 二零二四年, every word knowing the characters it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from re import Match, Pattern

from wetext import Normalizer as WeText
from wetext.constants import FSTS

from service.text.glyph import Glyph, respell, text_of
from service.text.numerals import digits
from service.text.rules import all_rules

_WORTH_A_LOOK = re.compile(r"[^\u4e00-\u9fff\u3400-\u4dbf，。！？；：、“”‘’（）《》…—\s]")
_FIGURES = re.compile(r"(?:(?<![0-9A-Za-z零一二三四五六七八九十百千万亿])-)?[0-9][0-9.,:/%]*")
_LONGEST_FIGURES = 24


class Normalizer:
    """Puts numbers, dates, signs and codes into words.

    Our own rules come first; what they leave goes through the finite-state grammars of ``wetext``.
    """

    def __init__(self) -> None:
        _drop_other_grammars()
        self._rules = all_rules()
        self._base = WeText(lang="zh", operator="tn")

    def normalize(self, glyphs: Sequence[Glyph]) -> list[Glyph]:
        """The glyphs of one sentence, none of them an ASCII digit afterwards.

        Pinned glyphs and pauses pass unchanged. New glyphs carry the span of all that they replace.
        """
        result = list(glyphs)
        text = text_of(result)
        if not _WORTH_A_LOOK.search(text):
            return result
        for rule in self._rules:
            if rule.pattern.search(text):
                result = _replace(rule.pattern, rule.speak, result)
                text = text_of(result)
        return _replace(_FIGURES, self._base_words, result)

    def _base_words(self, match: Match[str]) -> str:
        """One figure, with what it counts, by the grammars of wetext; a jumble of signs digit by digit."""
        figures = match[0]
        spoken = self._base.normalize(figures) if len(figures) <= _LONGEST_FIGURES else figures
        return "".join(digits(char) or char for char in spoken)


def _drop_other_grammars() -> None:
    """Lets go of what wetext loads for English, Japanese, and from words to figures: 8 MB less a process."""
    for grammars, unused in ((FSTS, ("en", "ja")), (FSTS["zh"], ("itn",))):
        for name in unused:
            grammars.pop(name, None)


def _replace(
    pattern: Pattern[str], speak: Callable[[Match[str]], str | None], glyphs: list[Glyph]
) -> list[Glyph]:
    """The glyphs with every match of ``pattern`` in them put into words, where ``speak`` has words for it."""
    text = text_of(glyphs)
    result: list[Glyph] = []
    done = 0
    for match in pattern.finditer(text):
        spoken = speak(match) if match.end() > match.start() else None
        if spoken is not None:
            result += glyphs[done : match.start()]
            result += respell(glyphs[match.start() : match.end()], spoken)
            done = match.end()
    return result + glyphs[done:] if done else glyphs
