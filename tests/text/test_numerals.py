from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.numerals import cardinal, digits, number, roman, to_roman

_UNITS = {"十": 10, "百": 100, "千": 1000}


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ("0", "零"),
        ("000", "零"),
        ("2", "二"),
        ("007", "七"),
        ("10", "十"),
        ("12", "十二"),
        ("20", "二十"),
        ("22", "二十二"),
        ("100", "一百"),
        ("101", "一百零一"),
        ("110", "一百一十"),
        ("111", "一百一十一"),
        ("200", "二百"),
        ("1000", "一千"),
        ("1001", "一千零一"),
        ("1010", "一千零一十"),
        ("2222", "两千二百二十二"),
        ("10000", "一万"),
        ("20000", "两万"),
        ("10086", "一万零八十六"),
        ("100000", "十万"),
        ("120000", "十二万"),
        ("100001", "十万零一"),
        ("1000000", "一百万"),
        ("10010001", "一千零一万零一"),
        ("200000000", "两亿"),
        ("100000001", "一亿零一"),
        ("100010000", "一亿零一万"),
        ("1234567890", "十二亿三千四百五十六万七千八百九十"),
        ("1000000000000", "一万亿"),
        ("1000000000001", "一万亿零一"),
        ("1000100000000", "一万零一亿"),
        ("9999999999999999", "九千九百九十九万九千九百九十九亿九千九百九十九万九千九百九十九"),
    ],
)
def test_whole_numbers(figures: str, words: str) -> None:
    assert cardinal(figures) == words


def test_a_number_of_more_than_sixteen_digits_is_read_digit_by_digit() -> None:
    assert cardinal("12345678901234567") == "一二三四五六七八九零一二三四五六七"


@pytest.mark.parametrize(
    ("figures", "words"), [("2", "两"), ("02", "两"), ("12", "十二"), ("22", "二十二"), ("1", "一")]
)
def test_only_a_lone_two_counts_as_liang(figures: str, words: str) -> None:
    assert cardinal(figures, liang=True) == words


@given(st.integers(0, 10**16 - 1))
def test_words_give_back_their_number(value: int) -> None:
    assert _value(cardinal(str(value))) == value


def test_digits_one_by_one() -> None:
    assert digits("2024") == "二零二四"
    assert digits("110", yao=True) == "幺幺零"
    assert digits("1-2 a") == "一二"
    assert digits("") == ""


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("3.14", "三点一四"),
        ("0.05", "零点零五"),
        (".5", "零点五"),
        ("-1,234.50", "负一千二百三十四点五零"),
        ("+3", "三"),
        ("1,234,567", "一百二十三万四千五百六十七"),
    ],
)
def test_numbers_as_written(written: str, words: str) -> None:
    assert number(written) == words


def test_liang_counts_whole_numbers_only() -> None:
    assert number("2", liang=True) == "两"
    assert number("2.5", liang=True) == "二点五"


@pytest.mark.parametrize(
    ("text", "value"), [("I", 1), ("iv", 4), ("IX", 9), ("XIV", 14), ("XL", 40), ("MCMXCIX", 1999)]
)
def test_roman_numerals(text: str, value: int) -> None:
    assert roman(text) == value


@pytest.mark.parametrize("text", ["", "A", "IIII", "VV", "IC", "XIIV", "IXI", "I V"])
def test_what_is_not_a_roman_numeral(text: str) -> None:
    assert roman(text) is None


@given(st.integers(1, 3999))
def test_roman_numerals_give_back_their_value(value: int) -> None:
    assert roman(to_roman(value)) == value


def _value(words: str) -> int:
    """Reads a Chinese number, the other way round."""
    for unit, factor in (("亿", 10**8), ("万", 10**4)):
        high, found, low = words.rpartition(unit)
        if found:
            return _value(high) * factor + _value(low)
    total, digit = 0, 0
    for char in words:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = "零一二三四五六七八九".replace("二", "两").find(char.replace("二", "两"))
    return total + digit
