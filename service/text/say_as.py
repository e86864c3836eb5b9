"""SSML ``<say-as>``: how a text is spoken when its author says what it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from service.text.glyph import REST
from service.text.numerals import DIGITS, cardinal, clock, digits, number
from service.text.rules.quantity import CURRENCY_CODES, CURRENCY_SIGNS

_NUMBER = r"[-+]?\d{1,40}(?:,\d{3})*(?:\.\d{1,40})?"


def say_as(kind: str, text: str) -> str:
    """``text`` in words, read as ``kind``: one of ``KINDS``.

    Raises:
        ValueError: ``kind`` is unknown or ``text`` is not of that kind; the message says what is allowed.
    """
    speak = KINDS.get(kind)
    if speak is None:
        raise ValueError(f'say-as interpret-as="{kind}" is unknown; allowed are {", ".join(KINDS)}')
    ascii_digits = (
        str(unicodedata.decimal(char, char)) for char in unicodedata.normalize("NFKC", text.replace("−", "-"))
    )
    return speak("".join(ascii_digits).strip())


def _cardinal(text: str) -> str:
    if not re.fullmatch(_NUMBER, text):
        raise ValueError('say-as "cardinal" needs a number such as 1,234.5')
    return number(text)


def _digits(text: str) -> str:
    if not re.fullmatch(r"[\d\s.,-]*\d[\d\s.,-]*", text):
        raise ValueError('say-as "digits" needs digits')
    return digits(text)


def _telephone(text: str) -> str:
    if not re.fullmatch(r"\+?[\d\s()-]*\d[\d\s()-]*", text):
        raise ValueError('say-as "telephone" needs digits, blanks, hyphens, brackets or a leading +')
    groups = re.findall(r"\d+", text)
    if len(groups) == 1 and len(groups[0]) == 11:
        whole = groups[0]
        groups = [whole[:3], whole[3:7], whole[7:]]
    return ("加" if text.startswith("+") else "") + REST.join(digits(group, yao=True) for group in groups)


def _date(text: str) -> str:
    match = re.fullmatch(r"(?:(\d{4})[-/.年]?)?(\d{1,2})[-/.月]?(\d{1,2})[日号]?", text)
    if match and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31:
        year = f"{digits(match[1])}年" if match[1] else ""
        return f"{year}{cardinal(match[2])}月{cardinal(match[3])}日"
    month = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?", text)
    if month and 1 <= int(month[2]) <= 12:
        return f"{digits(month[1])}年{cardinal(month[2])}月"
    raise ValueError('say-as "date" needs a date such as 2024-03-05, 20240305, 2024-03 or 3/5')


def _time(text: str) -> str:
    match = re.fullmatch(r"(\d{1,2})[:：时点](\d{2})(?:[:：分](\d{2})秒?)?分?", text)
    if not match or int(match[1]) > 24 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        raise ValueError('say-as "time" needs a time of day such as 15:05 or 15:05:30')
    return clock(match[1], match[2], match[3])


def _currency(text: str) -> str:
    signs = "|".join(re.escape(sign) for sign in CURRENCY_SIGNS)
    match = re.fullmatch(rf"({signs})?\s*({_NUMBER})\s*({'|'.join(CURRENCY_CODES)})?元?", text)
    if not match:
        raise ValueError('say-as "currency" needs an amount such as ¥12.50, $5 or 100 USD')
    name = CURRENCY_CODES.get(match[3]) or CURRENCY_SIGNS.get(match[1], "元")
    return number(match[2], liang=True) + name


def _characters(text: str) -> str:
    if not text:
        raise ValueError('say-as "characters" needs at least one character')
    return "".join(
        DIGITS[int(c)] if c in "0123456789" else f" {c.upper()} " if c.isascii() else c for c in text
    )


KINDS: dict[str, Callable[[str], str]] = {
    "cardinal": _cardinal,
    "digits": _digits,
    "telephone": _telephone,
    "date": _date,
    "time": _time,
    "currency": _currency,
    "characters": _characters,
}
