from __future__ import annotations

from collections.abc import Callable

import pytest

from service.text.erhua import curls
from service.text.frontend import FrontEnd

Pinyin = Callable[[str], str]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("花儿", "huar1"),
        ("玩儿", "wanr2"),
        ("一点儿", "yi4 dianr3"),
        ("这儿", "zher4"),
        ("哪儿", "nar3"),
        ("小孩儿", "xiao3 hair2"),
        ("一会儿", "yi2 huir4"),
        ("没事儿", "mei2 shir4"),
        ("鸟儿飞", "niaor3 fei1"),
        ("有点儿慢", "you2 dianr3 man4"),
    ],
)
def test_it_curls_the_syllable_before_it(pinyin: Pinyin, text: str, spoken: str) -> None:
    assert pinyin(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("儿子", "er2 zi5"),
        ("儿童", "er2 tong2"),
        ("女儿", "nv3 er2"),
        ("婴儿", "ying1 er2"),
        ("幼儿园", "you4 er2 yuan2"),
        ("孤儿", "gu1 er2"),
        ("少儿", "shao4 er2"),
        ("健儿", "jian4 er2"),
        ("两个儿子", "liang3 ge4 er2 zi5"),
        ("低能儿", "di1 neng2 er2"),
    ],
)
def test_it_is_a_syllable_of_its_own(pinyin: Pinyin, text: str, spoken: str) -> None:
    assert pinyin(text) == spoken


def test_only_er_after_a_chinese_character_can_curl() -> None:
    assert not curls("儿", 0)
    assert not curls("a儿", 1)
    assert not curls("花花", 1)


def test_a_syllable_that_has_no_erhua_leaves_er_as_it_is(pinyin: Pinyin) -> None:
    assert pinyin("二儿").split()[-1].startswith("er")


def test_the_curled_word_keeps_both_characters(frontend: FrontEnd) -> None:
    (sentence,) = frontend.read("花儿红")
    assert (sentence.words[0].text, sentence.words[0].end) == ("花儿", 2)
