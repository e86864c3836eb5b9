"""Dates, years and times of day."""

from __future__ import annotations

from re import Match

from service.text.numerals import cardinal, clock, digits, sixtieth
from service.text.rules.rule import DASH, Rule, after, before, follows, is_score, rule

_DURATION = r"^(?:多|余)?年?的?(?:历史|文明|以前|以来|之久|左右|时间|前|后|来|间|间隔)"
_DAY_WORDS = r"^(?:[日号前起到]|之前|以前|开始|开会|截止|[上下中]午|[晚早]上|凌晨|星期|\(?周|的[会票]|出发)"
_TIME = r"(?P<h{0}>[01]?\d|2[0-4]):(?P<m{0}>[0-5]\d)(?::(?P<s{0}>[0-5]\d))?"


def _day(month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _full_date(match: Match[str]) -> str | None:
    if not _day(match["m"], match["d"]):
        return None
    return f"{digits(match['y'])}年{cardinal(match['m'])}月{cardinal(match['d'])}{match['unit'] or '日'}"


def _year_month(match: Match[str]) -> str:
    return f"{digits(match[1])}年{cardinal(match[2])}月"


def _year_range(match: Match[str]) -> str:
    return f"{digits(match[1])}到{digits(match[2])}"


def _year(match: Match[str]) -> str | None:
    text = match[1]
    if match.string[match.end() :].startswith(("年级", "年期")):
        return None
    lasting = after(match, _DURATION) or before(
        match, r"(?:上下|约|近|已有|超过|长达|历经|过了|整整|历时)$", 4
    )
    if lasting and text.endswith("00"):
        return None
    return digits(text)


def _short_year(match: Match[str]) -> str | None:
    if before(match, r"[了共近约过满第每用花]$", 1) or after(match, r"^年(?:以|前|后|来|间|之|里|内|代|级)"):
        return None
    return digits(match[1])


def _month_day(match: Match[str]) -> str | None:
    if not _day(match["m"], match["d"]):
        return None
    return f"{cardinal(match['m'])}月{cardinal(match['d'])}"


def _slash_date(match: Match[str]) -> str | None:
    if not _day(match[1], match[2]):
        return None
    if not (
        after(match, _DAY_WORDS)
        or before(
            match,
            r"(?:(?<![等大小低高优])于|从|自|日期|时间|截止|截至|今天是|定在|约在|放在|改到|每年):?\s?$",
        )
    ):
        return None
    return f"{cardinal(match[1])}月{cardinal(match[2])}{'' if follows(match, '日号') else '日'}"


def _half(match: Match[str]) -> str:
    suffix = (match["ampm"] or "").lower().replace(".", "")
    hour = int(match["h1"])
    if not suffix or hour > 12 or before(match, r"[上下中]午\s?$|晚上?\s?$|凌晨\s?$", 4):
        return ""
    if suffix == "am":
        return "凌晨" if hour < 6 else "上午"
    return "中午" if hour == 12 else "下午" if hour < 6 else "晚上"


def _time(match: Match[str]) -> str | None:
    if is_score(match):
        return None
    return _half(match) + clock(match["h1"], match["m1"], match["s1"])


def _hour(match: Match[str]) -> str | None:
    return _half(match) + clock(match["h1"], "00", None) if int(match["h1"]) <= 12 else None


def _time_range(match: Match[str]) -> str:
    start = clock(match["h1"], match["m1"], match["s1"])
    return f"{start}到{clock(match['h2'], match['m2'], match['s2'])}"


def _hour_minute(match: Match[str]) -> str | None:
    if int(match["h"]) > 24 or int(match["m"]) > 59:
        return None
    hour = "两" if int(match["h"]) == 2 else cardinal(match["h"])
    return hour + match["u"] + sixtieth(match["m"]) + "分"


def rules() -> tuple[Rule, ...]:
    """Whole dates before their parts, then times of day."""
    return (
        rule(
            "date",
            r"(?<![\d.-])(?P<y>\d{4})(?P<sep>[-/.年])\s?(?P<m>\d{1,2})(?:(?P=sep)|(?<=\d)月)\s?(?P<d>\d{1,2})(?P<unit>[日号])?(?![\d.%]\d|\d)(?:T(?=\d))?",
            _full_date,
        ),
        rule("year and month", r"(?<![\d.-])((?:19|20)\d{2})[-/](0[1-9]|1[0-2])(?![\d/-])", _year_month),
        rule("years", rf"(?<!\d)(\d{{4}}){DASH}(\d{{4}})(?=年)", _year_range),
        rule(
            "school year", r"(?<!\d)((?:19|20)\d{2})[-~—]((?:19|20)\d{2})(?=学年|赛季|财年|年度)", _year_range
        ),
        rule("BC year", r"(?<=公元前)(\d{1,4})(?=年)", lambda m: digits(m[1])),
        rule("year", r"(?<![\d.,])([12]\d{3})(?=年(?!级))", _year),
        rule("short year", r"(?<![\d.,])((?:[5-9][1-9]|0\d))(?=年)", _short_year),
        rule("generation", r"(?<!\d)([05-9][05])(?=后(?![面来边]))", lambda m: digits(m[1])),
        rule(
            "days of a month",
            rf"(?<!\d)(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})(?=[日号]?{DASH}(?:\d{{1,2}}月)?\d{{1,2}}[日号])",
            _month_day,
        ),
        rule("month and day", r"(?<!\d)(?P<m>\d{1,2})月(?P<d>\d{1,2})(?![\d.])", _month_day),
        rule(
            "months",
            rf"(?<![\d.第])(\d{{1,2}}){DASH}(\d{{1,2}})(?=月(?!饼))",
            lambda m: f"{cardinal(m[1])}到{cardinal(m[2])}",
        ),
        rule("month", r"(?<![\d.])(\d{1,2})(?=月(?!饼|球|亮))", lambda m: cardinal(m[1])),
        rule(
            "days",
            rf"(?<![\d.])(\d{{1,2}})([日号]?){DASH}(\d{{1,2}})(?=[日号])",
            lambda m: f"{cardinal(m[1])}{m[2]}到{cardinal(m[3])}",
        ),
        rule("day", r"(?<![\dA-Za-z.])([1-9]\d{0,3})(?=[日号](?!元))", lambda m: cardinal(m[1])),
        rule(
            "month-day",
            r"(?<![\dA-Za-z.-])(0[1-9]|1[0-2](?=-0))-(0[1-9]|[12]\d|3[01])(?![\d.-])",
            lambda m: f"{cardinal(m[1])}月{cardinal(m[2])}日",
        ),
        rule("slash date", r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/])", _slash_date),
        rule("times", rf"(?<![\d:.]){_TIME.format(1)}{DASH}{_TIME.format(2)}(?![\d:])", _time_range),
        rule(
            "time",
            rf"(?<![\d:.]){_TIME.format(1)}(?:\s?(?P<ampm>[AaPp]\.?[Mm]\.?)(?![A-Za-z]))?(?![\d:])",
            _time,
        ),
        rule(
            "hour with am or pm",
            r"(?<![\d.:])(?P<h1>\d{1,2})\s?(?P<ampm>[AaPp]\.?[Mm]\.?)(?![A-Za-z])",
            _hour,
        ),
        rule(
            "hour and minute",
            r"(?<![\d.])(?P<h>\d{1,2})(?P<u>[点时])(?P<m>[0-5]?\d)分?(?![\d.])",
            _hour_minute,
        ),
        rule("two o'clock", r"(?<![\d.])0?2(?=点(?!\d))", lambda _: "两"),
        rule("hour", r"(?<![\d.])(\d{1,2})(?=点(?!\d))", lambda m: cardinal(m[1])),
        rule(
            "from day to day",
            r"(?<=[年月日号点分秒时周末初一二三四五六])[-~–—](?=[周星零一二三四五六七八九十两上下早中晚凌])",
            lambda _: "到",
        ),
    )
