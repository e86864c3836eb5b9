"""What was said and what was heard are spelled alike before they are compared."""

from __future__ import annotations

import pytest

from bench.scoring.spelling import Speller


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller()


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        pytest.param("你好，世界！", "你好世界", id="punctuation is dropped"),
        pytest.param(
            "請問您需要辦理什麼業務?", "请问您需要办理什么业务", id="traditional becomes simplified"
        ),
        pytest.param("窗外下著小雨", "窗外下着小雨", id="the particle zhe becomes simplified"),
        pytest.param("二〇二四年", "二零二四年", id="two ways to write zero"),
        pytest.param("打110", "打一一零", id="figures are spelled digit by digit"),
        pytest.param("５Ｇ", "五g", id="full-width forms become plain"),
        pytest.param("用 iPhone 听", "用iphone听", id="case and blanks around English do not count"),
        pytest.param("Wi-Fi 和 don't", "wifi和dont", id="marks inside English words do not count"),
        pytest.param("幺三八零零幺三八", "一三八零零一三八", id="yao is one"),
        pytest.param("拨打要三八零零", "拨打一三八零零", id="yao by another character before digits is one"),
        pytest.param("我要三个", "我要三个", id="to want is not one"),
        pytest.param("😀…", "", id="nothing is left of what has no sound"),
    ],
)
def test_characters(speller: Speller, text: str, characters: str) -> None:
    assert speller.characters(text) == characters


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("重庆银行", ["chong", "qing", "yin", "hang"]),
        ("绿色", ["lv", "se"]),
        ("办VIP卡", ["ban", "v", "i", "p", "ka"]),
        ("", []),
    ],
)
def test_syllables_are_toneless_and_letters_stand_for_themselves(
    speller: Speller, text: str, syllables: list[str]
) -> None:
    assert speller.syllables(text) == syllables


def test_homophones_have_the_same_syllables(speller: Speller) -> None:
    assert speller.syllables("友谊") == speller.syllables("有意")
