"""Written forms into words: ``2024年`` into 二零二四年, every word knowing the characters it stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wetext import Normalizer as WeText

from service.text.glyph import Glyph, respell, text_of
from service.text.rules import all_rules
from service.text.rules.rule import Rule

_WORTH_A_LOOK = re.compile(r"[^\u4e00-\u9fff\u3400-\u4dbf，。！？；：、“”‘’（）《》…—\s]")
_DIGIT = re.compile(r"[0-9]")


class Normalizer:
    """Puts numbers, dates, signs and codes into words.

    Our own rules come first; what they leave goes through the finite-state grammars of ``wetext``.
    """

    def __init__(self) -> None:
        self._rules = all_rules()
        self._base = WeText(lang="zh", operator="tn")

    def normalize(self, glyphs: Sequence[Glyph]) -> list[Glyph]:
        """The glyphs of one sentence, none of them an ASCII digit afterwards.

        Pinned glyphs and pauses pass unchanged. New glyphs carry the span of all that they replace.
        """
        result = list(glyphs)
        if not _WORTH_A_LOOK.search(text_of(result)):
            return result
        for rule in self._rules:
            result = _apply(rule, result)
        if _DIGIT.search(text_of(result)):
            result = self._apply_base(result)
        return result

    def _apply_base(self, glyphs: list[Glyph]) -> list[Glyph]:
        text = text_of(glyphs)
        result: list[Glyph] = []
        done = 0
        for mapping in self._base.normalize_with_mapping(text).mappings:
            if mapping.input_end > mapping.input_start:
                result += glyphs[done : mapping.input_start]
                result += respell(glyphs[mapping.input_start : mapping.input_end], mapping.output_text)
                done = mapping.input_end
        return result + glyphs[done:]


def _apply(rule: Rule, glyphs: list[Glyph]) -> list[Glyph]:
    text = text_of(glyphs)
    result: list[Glyph] = []
    done = 0
    for match in rule.pattern.finditer(text):
        spoken = rule.speak(match) if match.end() > match.start() else None
        if spoken is not None:
            result += glyphs[done : match.start()]
            result += respell(glyphs[match.start() : match.end()], spoken)
            done = match.end()
    return result + glyphs[done:] if done else glyphs
