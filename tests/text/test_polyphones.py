from __future__ import annotations

from collections.abc import Callable

import pytest

Pinyin = Callable[[str], str]


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("银行", "yin2 hang2"),
        ("行走", "xing2 zou3"),
        ("数一数", "shu3 yi5 shu3"),
        ("会计算", "hui4 ji4 suan4"),
        ("会计", "kuai4 ji4"),
        ("重新", "chong2 xin1"),
        ("重要", "zhong4 yao4"),
        ("长大", "zhang3 da4"),
        ("长江", "chang2 jiang1"),
        ("音乐", "yin1 yue4"),
        ("快乐", "kuai4 le4"),
        ("睡觉", "shui4 jiao4"),
        ("感觉", "gan3 jue2"),
        ("便宜", "pian2 yi5"),
        ("方便", "fang1 bian4"),
    ],
)
def test_a_word_tells(pinyin: Pinyin, text: str, syllables: str) -> None:
    assert pinyin(text) == syllables


@pytest.mark.parametrize(
    ("text", "syllable"),
    [
        ("你得去", "dei3"),
        ("跑得快", "de5"),
        ("慢慢地走", "de5"),
        ("一块地", "di4"),
        ("为人民服务", "wei4"),
        ("称为英雄", "wei2"),
        ("一种花", "zhong3"),
        ("种花", "zhong4"),
        ("三只猫", "zhi1"),
        ("只有", "zhi2"),
        ("长出新芽", "zhang3"),
        ("量体温", "liang2"),
        ("还他钱", "huan2"),
        ("还没来", "hai2"),
        ("我的", "de5"),
        ("目的", "di4"),
        ("的确", "di2"),
    ],
)
def test_the_words_around_tell(pinyin: Pinyin, text: str, syllable: str) -> None:
    assert syllable in pinyin(text).split()


@pytest.mark.parametrize(
    ("text", "syllable"),
    [
        ("曾先生", "zeng1"),
        ("单老师", "shan4"),
        ("任经理", "ren2"),
        ("解女士", "xie4"),
        ("仇医生", "qiu2"),
        ("朴小姐", "piao2"),
    ],
)
def test_a_surname_before_a_title(pinyin: Pinyin, text: str, syllable: str) -> None:
    assert pinyin(text).split()[0] == syllable


def test_a_surname_is_none_elsewhere(pinyin: Pinyin) -> None:
    assert pinyin("简单") == "jian3 dan1"
    assert pinyin("任务") == "ren4 wu4"
