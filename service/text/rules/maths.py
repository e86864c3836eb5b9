"""Signs: powers, roots, operators, Greek letters."""

from __future__ import annotations

import unicodedata
from re import Match, escape

from service.text.data import table
from service.text.numerals import cardinal, number
from service.text.rules.rule import NUMBER, Rule, rule

_OPERAND = r"0-9A-Za-zα-ωΑ-Ω零一二三四五六七八九十百千万亿两点方分之)²³"
_OPERATORS = {
    "+": "加",
    "-": "减",
    "*": "乘",
    "×": "乘",
    "x": "乘",
    "X": "乘",
    "/": "除以",
    "<": "小于",
    ">": "大于",
}
_OPERATORS |= {
    "<=": "小于等于",
    ">=": "大于等于",
    "=": "等于",
    "==": "等于",
    "!=": "不等于",
    "÷": "除以",
    "·": "乘",
}


def _power(match: Match[str]) -> str:
    exponent = unicodedata.normalize("NFKC", match["e"].lstrip("^")).replace("−", "-")
    sign = "负" if exponent.startswith("-") else ""
    exponent = exponent.lstrip("-")
    name = {"2": "平方", "3": "立方"}.get(exponent if not sign else "", "")
    spoken = number(exponent) if exponent.isdigit() else f" {exponent} "
    return "的" + (name or f"{sign}{spoken}次方")


def _operator(match: Match[str]) -> str:
    return _OPERATORS[match["op"]]


def _times(match: Match[str]) -> str:
    return "乘".join(number(part) for part in match[0].lower().replace("×", "x").replace("*", "x").split("x"))


def _minus(match: Match[str]) -> str | None:
    return "减" if "=" in match.string or "等于" in match.string else None


def _root(match: Match[str]) -> str:
    return "根号" + (number(match[1]) if match[1] else "")


def _plus_after(match: Match[str]) -> str:
    return cardinal(match[1]) + "加"


def rules() -> tuple[Rule, ...]:
    """Powers first, then operators between operands, at last every sign that is left."""
    signs = table("signs.tsv")
    return (
        rule("dimensions", rf"(?<![\d.A-Za-z]){NUMBER}(?:\s?[xX×*]\s?{NUMBER})+(?![\dA-Za-z])", _times),
        rule("power", r"(?<=[0-9A-Za-zα-ω)])(?P<e>\^-?(?:\d{1,4}|[a-z])|[⁻]?[⁰¹²³⁴-⁹]{1,4}|ⁿ)", _power),
        rule("root", rf"√\s?({NUMBER})?", _root),
        rule("plus after", r"(?<![\d.+])(\d{1,4})\+(?![\d+=A-Za-z])", _plus_after),
        rule("operator", rf"(?<=[{_OPERAND}])\s?(?P<op>[<>=!]=|[+*=<>÷])\s?(?=[-{_OPERAND}√负(])", _operator),
        rule("minus", rf"(?<=[{_OPERAND}])\s?-\s?(?=[{_OPERAND}√(])", _minus),
        rule("sign", "[" + "".join(escape(sign) for sign in signs) + "]", lambda m: signs[m[0]]),
    )
