"""Codes and names with digits in them: orders, flights, rooms, versions, models, Roman numerals."""

from __future__ import annotations

import re
import unicodedata
from re import Match

from service.text.glyph import REST
from service.text.numerals import cardinal, digits, number, roman
from service.text.rules.rule import MEASURE, Rule, after, before, follows, rule

_LABEL = (
    r"(?:订单|单号|编号|账号|帐号|卡号|尾号|证号|身份证|验证码|校验码|动态码|取件码|取票码|取餐号|提货码|邀请码|密码|学号|工号"
    r"|流水号|车牌|航班|邮编|邮政编码|QQ|微信号?|序列号|代码|批号|(?<![A-Za-z])I[Dd]|房号|房间号?|门牌|护照|病历号|合同号|快递|运单|口令"
    r"|排队|号码|条码|编码|座位号|会员号|保单号?|档案号|案件号|工单号?|票号|准考证|编号为)"
)
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_AIRLINES = "CA|MU|CZ|HU|FM|MF|ZH|3U|9C|HO|SC|KN|GS|JD|8L|TV|G5|CX|KA|UA|AA|BA|SQ|NH|JL"


def code(text: str) -> str:
    """A code character by character: letters spelled, digits one by one with 幺, the rest dropped."""
    parts = re.findall(r"[A-Za-z]|\d+|[- ]", text)
    spelled = (f" {p.upper()} " if p.isalpha() else REST if p in "- " else digits(p, yao=True) for p in parts)
    return "".join(spelled)


def _labelled(match: Match[str]) -> str:
    return match["label"] + code(match["code"])


def _long(match: Match[str]) -> str | None:
    if follows(match, MEASURE + "%") or (len(match[0]) <= 16 and match[0].endswith("00000")):
        return None
    return digits(match[0])


def _room(match: Match[str]) -> str:
    return digits(match[0], yao=True)


def _unit_room(match: Match[str]) -> str:
    return match["block"] + digits(match["room"], yao=True)


def _version(match: Match[str]) -> str:
    groups = match["n"].split(".")
    address = len(groups) == 4 and not match["v"]
    return match["v"].upper() + "点".join(digits(g, yao=True) if address else _plain(g) for g in groups)


def _plain(figure: str) -> str:
    """A figure in a name: up to two digits, and round ones, as a number, others digit by digit."""
    if figure.startswith("0") or (len(figure) > 2 and not figure.endswith("00")):
        return digits(figure)
    return cardinal(figure)


def _model(match: Match[str]) -> str:
    figure = match["n"]
    spoken = number(figure) if "." in figure else _plain(figure)
    return f"{match['name']} {spoken} "


def _letter_after(match: Match[str]) -> str:
    figure = match["n"]
    return (number(figure) if "." in figure else _plain(figure)) + " "


def _roman(match: Match[str]) -> str | None:
    value = roman(unicodedata.normalize("NFKC", match["r"]))
    return None if value is None else cardinal(str(value))


def _named(match: Match[str]) -> str | None:
    """Aircraft, cars, roads, hospitals: a figure that is a name, hyphen unread."""
    figure = match[0].lstrip("-")
    if before(match, r"(?:[歼轰运直枪舰苏米]|东风|长征|神舟|嫦娥|天问|天宫|波音|空客|图|安)$"):
        return _plain(figure)
    institution = (
        len(figure) == 3
        and "-" not in match[0]
        and after(match, r"^(?:医院|国道|省道|县道|中学|厂|团|师|航班|高地|事件)")
    )
    return digits(figure, yao=True) if institution else None


def _numero(match: Match[str]) -> str:
    return "第" + cardinal(match[1])


def codes() -> tuple[Rule, ...]:
    """Labelled and long codes: they come before everything that reads a number as an amount."""
    return (
        rule(
            "labelled code",
            rf"(?P<label>{_LABEL}(?:号码?|码)?(?:后四位|末四位|尾数)?(?:分别|应该|就)?(?:为|是)?[:：\s“\"#]{{0,3}})"
            r"(?P<code>[A-Za-z]{0,6}-?\d(?:[- ]?[A-Za-z0-9]){1,40}(?![A-Za-z0-9.]))",
            _labelled,
        ),
        rule(
            "plate",
            rf"(?P<label>[{_PLATES}])(?P<code>[A-Z][·•\s-]?(?=[A-Z0-9]{{5,6}}(?![A-Za-z0-9]))[A-Z]{{0,2}}\d[A-Z0-9]{{2,5}})",
            _labelled,
        ),
        rule(
            "flight",
            rf"(?<![A-Za-z0-9])(?P<label>)(?P<code>(?:{_AIRLINES})\d{{3,4}})(?![A-Za-z0-9])",
            _labelled,
        ),
        rule(
            "train",
            r"(?<![A-Za-z0-9])(?P<label>)(?P<code>[GDCZTKYLS]\d{1,4})(?=次|列车|高铁|动车)",
            _labelled,
        ),
        rule("long number", r"(?<![\d.,+-])\d{9,}(?![\d.,]\d|\d)", _long),
    )


def rules() -> tuple[Rule, ...]:
    """Rooms, versions, Roman numerals, model names."""
    return (
        rule(
            "unit and room",
            r"(?P<block>(?:单元|座|栋|幢|号楼|楼)\s?)(?P<room>\d{3,4})(?![\d.:%])(?=室|房|号|$|[^\d万亿元人个米年月])",
            _unit_room,
        ),
        rule(
            "room", r"(?<![\d.])\d{3,4}(?=室|号房|房间|房(?!间|屋|产)|号室|病房|会议室|教室|包厢|包间)", _room
        ),
        rule("version", r"(?<![\dA-Za-z.])(?P<v>[vV]\s?)(?P<n>\d+(?:\.\d+)*)(?![\d.]*\d)", _version),
        rule("dotted number", r"(?<![\d.])(?P<v>)(?P<n>\d+(?:\.\d+){2,7})(?!\.?\d)", _version),
        rule("hyphened figures", r"(?<![\d.-])\d{1,8}(?:-\d{1,8}){2,6}(?![\d.-])", lambda m: code(m[0])),
        rule("No.", r"(?<![A-Za-z])[Nn][Oo]\.\s?(\d{1,6})(?!\d)", _numero),
        rule("named figure", r"(?<![\d.])-?\d{2,4}(?![\d.%])", _named),
        rule("Roman after 第", r"(?<=第)(?P<r>[IVXLC]{1,8}|[Ⅰ-Ⅿⅰ-ⅿ]{1,4})(?![A-Za-z])", _roman),
        rule("Roman sign", r"(?P<r>[Ⅰ-Ⅿⅰ-ⅿ]{1,4})", _roman),
        rule(
            "Roman",
            r"(?<![A-Za-z0-9])(?P<r>II|III|IV|VI|VII|VIII|IX|XI|XII|XIII|XIV|XV)(?![A-Za-z0-9-])",
            _roman,
        ),
        rule(
            "model",
            r"(?<![A-Za-z0-9])(?P<name>[A-Za-z]{1,20})(?:-|\s)?(?P<n>\d+(?:\.\d+)?)(?![\d]|\.\d|[,:/%℃°]\d?|-\d)",
            _model,
        ),
    )


def letter_after() -> Rule:
    """5G, 4K, 3D: comes after the units, which are letters behind a number too."""
    return rule(
        "number and letter", r"(?<![\d.])(?P<n>\d+(?:\.\d+)?)(?=[A-Za-z])(?![xX]\s?\d)", _letter_after
    )
