"""Amounts: money, percentages, fractions, units, ranges, scores, ordinals."""

from __future__ import annotations

from re import Match, escape

from service.text.data import table
from service.text.numerals import cardinal, digits, number
from service.text.rules.names import letter_after
from service.text.rules.rule import COUNTED, DASH, MEASURE, NUMBER, Rule, before, is_score, rule

CURRENCY_SIGNS = {
    "¥": "元",
    "$": "美元",
    "US$": "美元",
    "HK$": "港元",
    "NT$": "新台币",
    "€": "欧元",
    "£": "英镑",
    "₩": "韩元",
}
CURRENCY_CODES = {
    "RMB": "元人民币",
    "CNY": "元人民币",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元",
    "HKD": "港元",
}
_SCALE = "万亿|亿|千万|百万|十万|万|千|百"


def _money(match: Match[str]) -> str:
    sign = "负" if match["sign"] or match["sign2"] else ""
    lone = not match["scale"]
    amount = number(match["n"].removesuffix(".00"), liang=True)
    if match["n2"]:
        amount += "到" + number(match["n2"], liang=lone)
    unit = match["unit"] or CURRENCY_SIGNS[match["mark"]]
    return f"{sign}{amount}{match['scale'] or ''}{unit}{_per(match['per'])}"


def _per(unit: str | None) -> str:
    return f"每{unit}" if unit else ""


def _money_code(match: Match[str]) -> str:
    return f"{number(match[1], liang=True)}{match[2] or ''}{CURRENCY_CODES[match[3]]}"


def _percent(text: str) -> str:
    return "百" if text == "100" else number(text)


def _percent_words(match: Match[str]) -> str:
    sign = {"-": "负", "+": "正"}.get(match["sign"] or "", "")
    name = "千分之" if match["mark"] == "‰" else "百分之"
    return f"{sign}{name}{_percent(match['n'])}"


def _percent_range(match: Match[str]) -> str:
    name = "千分之" if match["mark"] == "‰" else "百分之"
    again = name if match["first"] else ""
    return f"{name}{_percent(match['a'])}到{again}{_percent(match['b'])}"


def _fraction(match: Match[str]) -> str | None:
    whole = f"{cardinal(match['whole'])}又" if match["whole"] else ""
    if match["a"].startswith("0") or match["b"].startswith("0") or before(match, "压"):
        return None
    parts = {"100": "百", "1000": "千", "10000": "万"}.get(match["b"], cardinal(match["b"]))
    return f"{whole}{parts}分之{cardinal(match['a'])}"


def _page(match: Match[str]) -> str:
    return f"第{cardinal(match[1])}{match[3]}共{cardinal(match[2])}{match[3]}"


def _ratio(match: Match[str]) -> str:
    return "比".join(number(part.strip()) for part in match[0].split(":"))


def _score(match: Match[str]) -> str | None:
    return f"{cardinal(match[1])}比{cardinal(match[2])}" if is_score(match) else None


def _range(match: Match[str]) -> str | None:
    low, high = match["a"], match["b"]
    falls = float(low.replace(",", "")) >= float(high.replace(",", ""))
    if falls and not match["scale"] and "~" not in match["dash"]:
        return None
    return f"{number(low, liang=True)}{match['scale'] or ''}到{number(high, liang=True)}"


def _unit_rules() -> tuple[Rule, ...]:
    units = table("units.tsv")
    signs = "|".join(escape(sign) for sign in sorted(units, key=len, reverse=True))

    def amount(match: Match[str]) -> str:
        low = match["low"] and f"{number(match['low'], liang=True)}{units.get(match['u1'], '')}到"
        start = f"{'负' if match['sign1'] else ''}{low or ''}{'负' if match['sign'] else ''}"
        return f"{start}{number(match['n'], liang=True)}{match['scale'] or ''}{units[match['u']]}"

    minus = "(?<![0-9A-Za-z)])-"
    low = rf"(?:(?P<sign1>{minus})?(?P<low>{NUMBER})\s?(?P<u1>{signs})?{DASH})?"
    high = rf"(?P<sign>{minus})?(?P<n>{NUMBER})\s?(?P<scale>万|亿|千)?\s?(?P<u>{signs})"
    return (rule("unit", rf"(?<![\d.,A-Za-z]){low}{high}(?![A-Za-z])", amount),)


def money() -> tuple[Rule, ...]:
    """Currency signs and codes."""
    return (
        rule(
            "money",
            rf"(?P<sign>-)?(?P<mark>US\$|HK\$|NT\$|[¥$€£₩])\s?(?P<sign2>-)?(?P<n>{NUMBER})"
            rf"(?:{DASH}[¥$€£₩]?(?P<n2>{NUMBER}))?\s?(?P<scale>{_SCALE})?"
            r"(?P<unit>多?(?:元|美元|欧元|英镑|日元|块钱?|美金|港元|港币))?(?:/(?P<per>[年月日天人个次小克斤]))?",
            _money,
        ),
        rule(
            "money code",
            rf"(?<![\d.,])({NUMBER})\s?({_SCALE})?\s?({'|'.join(CURRENCY_CODES)})(?![A-Za-z])",
            _money_code,
        ),
    )


def rules() -> tuple[Rule, ...]:
    """Amounts, the most telling signs first; plain counts are left to the base normaliser."""
    return (
        rule("page", r"第\s?(\d+)\s?/\s?(\d+)\s?([页章节集题步])", _page),
        rule(
            "ordinals",
            rf"第\s?(\d+){DASH}第?(\d+)(?!\d)",
            lambda m: f"第{cardinal(m[1])}到第{cardinal(m[2])}",
        ),
        rule("ordinal", r"(?<=第)\s?(\d+)(?![\d.])", lambda m: cardinal(m[1])),
        rule(
            "numbered",
            r"(?<![\d.,])2(?=单元|年级|号|楼|栋|幢|班|路|线|环|排|等|级|区|期|维|次方|氧化|手房)",
            lambda _: "二",
        ),
        rule(
            "percents",
            rf"(?<![\d.,])(?P<a>{NUMBER})\s?(?P<first>[%‰])?{DASH}(?P<b>{NUMBER})\s?(?P<mark>[%‰])",
            _percent_range,
        ),
        rule(
            "percent",
            rf"(?<![\d.,])(?P<sign>(?<![0-9A-Za-z)%])[-+])?(?P<n>{NUMBER})\s?(?P<mark>[%‰])",
            _percent_words,
        ),
        *_unit_rules(),
        letter_after(),
        rule(
            "fraction",
            r"(?<![\d/.])(?:(?P<whole>\d+)\s)?(?P<a>\d{1,6})\s?/\s?(?P<b>\d{1,6})(?![\d/.])",
            _fraction,
        ),
        rule("ratio", r"(?<![\d.])\d+(?:\.\d+)?(?::\d+(?:\.\d+)?){1,3}(?!\d)", _ratio),
        rule("score", r"(?<![\d.-])(\d{1,3})[-–—](\d{1,3})(?![\d.-])", _score),
        rule(
            "range",
            rf"(?<![\d.,\-A-Za-z])(?P<a>{NUMBER})(?P<scale>[万亿千百])?(?P<dash>{DASH})(?P<b>{NUMBER})(?=\s?[{MEASURE}])",
            _range,
        ),
        rule("discount", r"(?<![\d.])([1-9])\.?([1-9])(?=折(?!叠|断|扣率))", lambda m: digits(m[1] + m[2])),
        rule(
            "thousands",
            r"(?:(?<![0-9A-Za-z)])-)?(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])",
            lambda m: number(m[0]),
        ),
        rule("decimal", r"(?:(?<![0-9A-Za-z)])-)?(?<![\d.,])\d+\.\d+(?![\d.])", lambda m: number(m[0])),
        rule("count", rf"(?<![\d.,\-])(\d{{1,8}})(?=\s?[{COUNTED}])", lambda m: cardinal(m[1], liang=True)),
        rule("no telephone", r"(?<![\d.,\-])(?:[19]\d{2}|[19]\d{4})(?![\d.,])", lambda m: cardinal(m[0])),
        rule(
            "loose range",
            rf"(?<![\d.,\-A-Za-z])(?P<a>{NUMBER})(?P<scale>)(?P<dash>\s?~\s?)(?P<b>{NUMBER})(?!\d)",
            _range,
        ),
    )
