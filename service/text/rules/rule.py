"""One way in which a written form is spoken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from re import Match, Pattern

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""A number as written: thousands commas and decimals, no sign."""

DASH = r"\s?(?:[-~–]|—{1,2})\s?"
"""What stands between the two ends of a range."""

MEASURE = (
    "个名位人只头匹条张本册页篇章件套双对副把根支杯碗瓶盒包袋箱块片颗粒朵棵株座栋间层级台辆艘架部门"
    "岁周天日夜年月小分秒刻钟点时元角角块毛万亿千百十米里公厘毫克斤吨升度摄倍次遍回场轮届期集种类样项步句字"
    "题道份成折股台箱首则堂顿顶幅扇把尾寸尺亩顷桶批组队班路号楼室颗家所户口瓦伏美欧英日港人多余来几"
)
"""First characters of what a number counts."""

COUNTED = (
    "个位名人只头匹条张本册篇件套双对副把根支杯碗瓶盒包袋箱块片颗粒朵棵株座间台辆艘架岁周天年小分秒种次遍回场倍成份项"
    "步句字题道斤公米吨升亩寸尺家所户口多万千百亿样股则堂顿幅桶批刻角元美欧英日毛群排堆"
)
"""First characters of what is counted with 两, not 二."""

_SCORE = re.compile(
    r"比分|比|大胜|完胜|险胜|战胜|击败|战平|战成|逆转|取胜|获胜|领先|落后|扳成|总分|局|踢|输|赢|胜|负|平|以$"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and how its matches are spoken.

    Attributes:
        name: for people who debug a reading.
        pattern: what is written.
        speak: gives the spoken form, or None where the rule does not hold after all.
    """

    name: str
    pattern: Pattern[str]
    speak: Callable[[Match[str]], str | None]


def rule(name: str, pattern: str, speak: Callable[[Match[str]], str | None]) -> Rule:
    """A Rule from a regular expression."""
    return Rule(name, re.compile(pattern), speak)


def before(match: Match[str], pattern: str, within: int = 8) -> bool:
    """Whether ``pattern`` occurs in the few characters before the match."""
    return re.search(pattern, match.string[max(0, match.start() - within) : match.start()]) is not None


def after(match: Match[str], pattern: str, within: int = 8) -> bool:
    """Whether ``pattern`` occurs in the few characters after the match."""
    return re.search(pattern, match.string[match.end() : match.end() + within]) is not None


def follows(match: Match[str], characters: str) -> bool:
    """Whether the character right after the match is one of ``characters``."""
    following = match.string[match.end() : match.end() + 1]
    return bool(following) and following in characters


def is_score(match: Match[str]) -> bool:
    """Whether the words around two numbers tell that they are the score of a game."""
    left = match.string[max(0, match.start() - 8) : match.start()]
    right = match.string[match.end() : match.end() + 6]
    return (
        _SCORE.search(left) is not None
        or re.match(r"的?(?:比分|大胜|完胜|险胜|战胜|击败|战平|逆转|取胜|获胜|领先|落后|负于)", right)
        is not None
    )
