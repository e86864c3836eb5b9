"""Addresses and numbers that reach somebody: URLs, e-mail, telephones."""

from __future__ import annotations

import re
from re import Match

from service.text.glyph import REST
from service.text.numerals import digits
from service.text.rules.rule import COUNTED, Rule, after, before, follows, rule

_TOP = "com|cn|org|net|edu|gov|io|ai|app|dev|info|me|tv|cc|co|top|xyz|hk|tw|jp|uk|us|de|fr|eu|shop|vip|site"
_FILES = "html?|php|pdf|docx?|xlsx?|pptx?|txt|csv|zip|jpe?g|png|gif|mp[34]|exe|apk|json"
_HOST = rf"(?:[A-Za-z0-9_-]{{1,63}}\.){{1,8}}(?:{_TOP}|{_FILES})(?![A-Za-z0-9])"
_PATH = r"[A-Za-z0-9._~:/?#@!$&'*+;=%-]"
_SIGNS = {
    ".": "点",
    "/": "斜杠",
    "-": "杠",
    "_": "下划线",
    "@": "艾特",
    ":": "冒号",
    "?": "问号",
    "=": "等于",
}
_SIGNS |= {"#": "井号", "%": "百分号", "~": "波浪号", "&": " and ", "+": "加"}

_CALL = r"电话|热线|手机号码?|致电|拨打|拨通|请拨|请打|打|拨|传真|客服|[Tt][Ee][Ll]"
_COUNTED = COUNTED + "%月日号度"


def _address(match: Match[str]) -> str:
    text = re.sub(r"^[A-Za-z]+://", "", match[0])
    tail = text[len(text.rstrip(".:?!;'")) :]
    parts = re.findall(r"[A-Za-z]+|\d+|.", text.removesuffix(tail).rstrip("/"))
    return "".join(_part(part) for part in parts) + tail


def _part(part: str) -> str:
    if part.isalpha():
        return f" {part.upper() if part == 'www' else part} "
    return digits(part) if part.isdigit() else _SIGNS.get(part, "")


def _groups(*groups: str | None) -> str:
    return REST.join(digits(group, yao=True) for group in groups if group)


def _card(match: Match[str]) -> str:
    return _groups(*match[0].split())


def _mobile(match: Match[str]) -> str:
    country = "加" + digits(match["country"]) + REST if match["country"] else ""
    return country + _groups(match["a"], match["b"], match["c"])


def _landline(match: Match[str]) -> str:
    extension = f"转{digits(match['x'], yao=True)}" if match["x"] else ""
    return _groups(match["area"], match["a"], match["b"]) + extension


def _toll_free(match: Match[str]) -> str | None:
    number = re.sub(r"\D", "", match[0])
    if len(number) != 10 or follows(match, _COUNTED):
        return None
    return _groups(number[:3], number[3:6], number[6:])


def _called(match: Match[str]) -> str | None:
    if follows(match, _COUNTED) or not before(match, rf"(?:{_CALL})[^\d，。；！？]{{0,6}}$", 12):
        return None
    return _groups(*re.split(r"[- ]", match[0]))


def _emergency(match: Match[str]) -> str | None:
    named = after(match, r"^(?:报警|急救|火警|消防|热线|指挥|接警|救护|电话|客服|服务台|平台)")
    listed = before(match, r"幺[幺二][零九二四](?:或者?|和|、|及|以及)$")
    return digits(match[0], yao=True) if (named or listed) and not follows(match, _COUNTED) else None


def _short(match: Match[str]) -> str | None:
    return None if follows(match, _COUNTED) else digits(match[0], yao=True)


def rules() -> tuple[Rule, ...]:
    """Addresses before telephones, whole numbers before their parts."""
    return (
        rule("e-mail", rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{{1,64}}@{_HOST}", _address),
        rule(
            "URL",
            rf"(?<![A-Za-z0-9@.])(?:(?:https?|ftp)://{_PATH}{{1,2000}}"
            rf"|(?<![-_]){_HOST}(?::\d{{1,5}})?(?:/{_PATH}{{0,2000}})?)",
            _address,
        ),
        rule("bank card", r"(?<![\d.])\d{4}(?: \d{4}){2,4}(?: \d{1,4})?(?![\d.])", _card),
        rule("handle", r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+", _address),
        rule(
            "mobile",
            r"(?<![\dA-Za-z.])(?:\(?(?:\+|00)(?P<country>86)\)?[- ]?)?"
            r"(?P<a>1[3-9]\d)(?P<s>[- ]?)(?P<b>\d{4})(?P=s)(?P<c>\d{4})(?![\d.]\d|\d)",
            _mobile,
        ),
        rule(
            "landline",
            r"(?<![\d.])\(?(?P<area>0\d{2,3})\)?[- ]?(?P<a>\d{3,4})[- ]?(?P<b>\d{4})"
            r"(?:\s?(?:-|转)(?P<x>\d{1,6}))?(?!\d)",
            _landline,
        ),
        rule("toll-free", r"(?<![\d.+])[48]00[- ]?\d{3,4}[- ]?\d{3,4}(?![\d.]\d|\d)", _toll_free),
        rule(
            "international",
            r"(?<!\d)\+\d{1,3}(?:[- ]\d{2,11}){1,4}(?!\d)",
            lambda m: "加" + _groups(*re.split(r"[- ]", m[0])),
        ),
        rule("called", r"(?<![\d.])\d(?:[- ]?\d){2,19}(?![\d.]\d|[\dA-Za-z℃])", _called),
        rule("emergency", r"(?<![\d.])(?:110|119|120|122|114|999)(?!\d)", _emergency),
        rule(
            "service",
            r"(?<![\d.,-])(?:100(?:10|86)|123(?:06|15|20|28|29|33|45|48|66|78|95|98)|955\d\d)(?![\d.,-]\d|\d)",
            _short,
        ),
    )
