"""Numbers in Chinese words."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_LONGEST = 16

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN_STEPS = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


def digits(number: str, *, yao: bool = False) -> str:
    """Each digit by itself: ``"110"`` is 一一零, or with ``yao`` 幺幺零. Other characters are dropped."""
    words = "".join(DIGITS[int(d)] for d in number if d in "0123456789")
    return words.replace("一", "幺") if yao else words


def cardinal(number: str, *, liang: bool = False) -> str:
    """A whole number in words; digit by digit when it has more than 16 digits.

    Args:
        number: ASCII digits, leading zeros allowed.
        liang: a lone 2 counts something, so it is 两 (两个), not 二.
    """
    number = number.lstrip("0") or "0"
    if number == "0":
        return "零"
    if liang and number == "2":
        return "两"
    if len(number) > _LONGEST:
        return digits(number)
    words = _grouped(number)
    return words.removeprefix("一") if words.startswith("一十") else words


def _grouped(number: str) -> str:
    """Groups of four digits with 万 and 亿, a single 零 where places are skipped."""
    padded = number.zfill(-(-len(number) // 4) * 4)
    groups = [padded[i : i + 4] for i in range(0, len(padded), 4)]
    words = ""
    for power, group in zip(range(len(groups) - 1, -1, -1), groups, strict=True):
        value = _four(group)
        if words and value and group.startswith("0"):
            words += "零"
        if value:
            value = "两" if value == "二" and power else value
            words += value + ("万" if power == 3 and groups[1] != "0000" else _GROUPS[power])
    return words.replace("零零", "零")


def _four(group: str) -> str:
    """Up to four digits in words, without leading 零; 二千 and above as 两千."""
    words, gap = "", False
    for place, digit in zip(range(3, -1, -1), group, strict=True):
        if digit == "0":
            gap = bool(words)
            continue
        liang = digit == "2" and place == 3
        words += ("零" if gap else "") + ("两" if liang else DIGITS[int(digit)]) + _UNITS[place]
        gap = False
    return words


def number(text: str, *, liang: bool = False) -> str:
    """A number as written, with sign, commas and decimals: ``-1,234.50`` is 负一千二百三十四点五零."""
    sign = "负" if text[0] in "-" else ""
    whole, _, decimals = text.lstrip("-+").replace(",", "").partition(".")
    if decimals:
        return f"{sign}{cardinal(whole or '0')}点{digits(decimals)}"
    return sign + cardinal(whole, liang=liang)


def clock(hour: str, minute: str, second: str | None = None) -> str:
    """A time of day: 十点, 三点零五分, 一点三十分二十五秒."""
    words = ("两" if int(hour) == 2 else cardinal(hour)) + "点"
    if second is None:
        return words if minute == "00" else words + sixtieth(minute) + "分"
    return words + sixtieth(minute) + "分" + sixtieth(second) + "秒"


def sixtieth(value: str) -> str:
    """Minutes or seconds as written: ``05`` is 零五, ``00`` 零."""
    return "零" + cardinal(value) if value[0] == "0" and value != "00" else cardinal(value)


def roman(text: str) -> int | None:
    """The value of a Roman numeral, or None when ``text`` is not a well-formed one."""
    values = [_ROMAN[char] for char in text.upper() if char in _ROMAN]
    if len(values) != len(text) or not values:
        return None
    total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    return total if to_roman(total) == text.upper() else None


def to_roman(value: int) -> str:
    """A positive number below 4000 as a Roman numeral."""
    words = ""
    for step, letters in _ROMAN_STEPS:
        count, value = divmod(value, step)
        words += letters * count
    return words
