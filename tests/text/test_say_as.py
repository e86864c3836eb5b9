from __future__ import annotations

import pytest

from service.text.say_as import KINDS, say_as


@pytest.mark.parametrize(
    ("kind", "written", "words"),
    [
        ("cardinal", "1,234.5", "一千二百三十四点五"),
        ("cardinal", " 110 ", "一百一十"),
        ("cardinal", "-2", "负二"),
        ("cardinal", "−2", "负二"),
        ("cardinal", "1000000000", "十亿"),
        ("digits", "2024", "二零二四"),
        ("digits", "110", "一一零"),
        ("digits", "12-34 5", "一二三四五"),
        ("telephone", "110", "幺幺零"),
        ("telephone", "13800138000", "幺三八 零零幺三 八零零零"),
        ("telephone", "(010) 6234-5678", "零幺零 六二三四 五六七八"),
        ("telephone", "+86 10 1234", "加八六 幺零 幺二三四"),
        ("date", "2024-03-05", "二零二四年三月五日"),
        ("date", "20240305", "二零二四年三月五日"),
        ("date", "2024年3月5日", "二零二四年三月五日"),
        ("date", "2024.10.20", "二零二四年十月二十日"),
        ("date", "3/5", "三月五日"),
        ("date", "2024-03", "二零二四年三月"),
        ("time", "15:05", "十五点零五分"),
        ("time", "2:30", "两点三十分"),
        ("time", "14:00", "十四点"),
        ("time", "09:08:07", "九点零八分零七秒"),
        ("time", "0:00", "零点"),
        ("currency", "¥12.50", "十二点五零元"),
        ("currency", "$2", "两美元"),
        ("currency", "100 USD", "一百美元"),
        ("currency", "1,000元", "一千元"),
        ("currency", "€5", "五欧元"),
        ("characters", "AB1", "A B 一"),
        ("characters", "你好", "你好"),
        # digits of other widths and scripts are digits
        ("cardinal", "１００２", "一千零二"),
        ("digits", "１２３", "一二三"),
        ("telephone", "１１０", "幺幺零"),
        ("date", "３/５", "三月五日"),
        ("time", "１５：０５", "十五点零五分"),
        ("currency", "￥５", "五元"),
        ("digits", "٣٤", "三四"),
    ],
)
def test_every_kind(kind: str, written: str, words: str) -> None:
    assert " ".join(say_as(kind, written).split()) == words


@pytest.mark.parametrize(
    ("kind", "written", "allowed"),
    [
        ("cardinal", "", "needs a number such as"),
        ("cardinal", "12a", "needs a number such as"),
        ("cardinal", "1.2.3", "needs a number such as"),
        ("cardinal", "9" * 50, "needs a number such as"),
        ("digits", "", "needs digits"),
        ("digits", "一二", "needs digits"),
        ("telephone", "call me", "needs digits, blanks"),
        ("telephone", "12+3", "needs digits, blanks"),
        ("date", "2024-13-05", "needs a date such as"),
        ("date", "2024-02-32", "needs a date such as"),
        ("date", "tomorrow", "needs a date such as"),
        ("time", "25:00", "needs a time of day such as"),
        ("time", "12:60", "needs a time of day such as"),
        ("time", "noon", "needs a time of day such as"),
        ("currency", "money", "needs an amount such as"),
        ("characters", " ", "needs at least one character"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(kind: str, written: str, allowed: str) -> None:
    with pytest.raises(ValueError, match=allowed):
        say_as(kind, written)


def test_an_unknown_kind_is_told_the_known_ones() -> None:
    with pytest.raises(ValueError, match='"money" is unknown; allowed are ' + ", ".join(KINDS)):
        say_as("money", "5")


def test_the_kinds_of_the_contract() -> None:
    assert set(KINDS) == {"cardinal", "digits", "telephone", "date", "time", "currency", "characters"}
