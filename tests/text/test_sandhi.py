from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.sandhi import third_tones
from service.text.sentence import Syllable

Pinyin = Callable[[str], str]


def changed(*words: str, parts: tuple[tuple[int, ...], ...] | None = None) -> str:
    """Tones after third-tone sandhi, words set off by blanks."""
    syllables = [[Syllable("ma", int(tone)) for tone in word] for word in words]
    third_tones(syllables, parts or [(len(word),) for word in words])
    return " ".join("".join(str(s.tone) for s in word) for word in syllables)


class TestThirdTones:
    @pytest.mark.parametrize(
        ("word", "spoken"),
        [("33", "23"), ("3", "3"), ("31", "31"), ("333", "223"), ("313", "313"), ("35", "35"), ("53", "53")],
    )
    def test_in_a_word(self, word: str, spoken: str) -> None:
        assert changed(word) == spoken

    def test_parts_come_first(self) -> None:
        assert changed("333", parts=((2, 1),)) == "223"  # 展览馆
        assert changed("333", parts=((1, 2),)) == "323"  # 小老虎

    def test_across_words_the_end_of_the_first_changes(self) -> None:
        assert changed("3", "3") == "2 3"
        assert changed("13", "31") == "12 31"

    def test_a_word_that_begins_with_a_changed_tone_changes_nothing_before_it(self) -> None:
        assert changed("3", "33") == "3 23"

    def test_an_english_word_between_keeps_them_apart(self) -> None:
        assert changed("3", "", "3") == "3  3"

    @given(st.lists(st.text("12345", min_size=1, max_size=4), max_size=6))
    def test_two_third_tones_never_meet(self, words: list[str]) -> None:
        assert "33" not in changed(*words).replace(" ", "")

    @given(st.lists(st.text("1245", min_size=1, max_size=4), max_size=6))
    def test_other_tones_stay(self, words: list[str]) -> None:
        assert changed(*words) == " ".join(words)

    @pytest.mark.parametrize(
        ("text", "spoken"),
        [
            ("你好", "ni2 hao3"),
            ("展览馆", "zhan2 lan2 guan3"),
            ("小老虎", "xiao3 lao2 hu3"),
            ("你好，好", "ni2 hao3 hao3"),
        ],
    )
    def test_in_a_text(self, pinyin: Pinyin, text: str, spoken: str) -> None:
        assert pinyin(text) == spoken


class TestYi:
    @pytest.mark.parametrize(
        ("text", "tone"),
        [
            ("一个", 2),
            ("一定", 2),
            ("一下", 2),
            ("一万", 2),
            ("一天", 4),
            ("一年", 4),
            ("一起", 4),
            ("一百", 4),
            ("一", 1),
            ("一月", 1),
            ("一号楼", 1),
            ("一年级", 1),
            ("一点五", 1),
        ],
    )
    def test_before_what_follows(self, pinyin: Pinyin, text: str, tone: int) -> None:
        assert pinyin(text).split()[0] == f"yi{tone}"

    @pytest.mark.parametrize(
        "text", ["第一个", "第一名", "星期一", "十一月", "统一", "万一去", "唯一的", "二十一个", "三点一四"]
    )
    def test_first_tone_in_ordinals_figures_and_at_the_end_of_a_word(self, pinyin: Pinyin, text: str) -> None:
        assert "yi1" in pinyin(text).split()

    @pytest.mark.parametrize("text", ["看一看", "走一走", "试一试"])
    def test_neutral_between_a_doubled_verb(self, pinyin: Pinyin, text: str) -> None:
        assert pinyin(text).split()[1] == "yi5"

    @pytest.mark.parametrize(("text", "tone"), [("这一天", 4), ("每一个", 2), ("一百一十一", 4)])
    def test_open_after_a_pointer_or_number(self, pinyin: Pinyin, text: str, tone: int) -> None:
        assert f"yi{tone}" in pinyin(text).split()


class TestBu:
    @pytest.mark.parametrize(
        ("text", "tone"),
        [("不是", 2), ("不要", 2), ("不去", 2), ("不好", 4), ("不来", 4), ("不吃", 4), ("不", 4)],
    )
    def test_before_what_follows(self, pinyin: Pinyin, text: str, tone: int) -> None:
        assert pinyin(text).split()[0] == f"bu{tone}"

    @pytest.mark.parametrize("text", ["好不好", "行不行", "是不是"])
    def test_neutral_between_a_doubled_verb(self, pinyin: Pinyin, text: str) -> None:
        assert pinyin(text).split()[1] == "bu5"

    def test_nothing_changes_across_a_comma(self, pinyin: Pinyin) -> None:
        assert pinyin("不，是") == "bu4 shi4"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [("一不小心", "yi2 bu4 xiao3 xin1"), ("不一定", "bu4 yi2 ding4"), ("说一不二", "shuo1 yi1 bu2 er4")],
)
def test_yi_and_bu_together(pinyin: Pinyin, text: str, spoken: str) -> None:
    assert pinyin(text) == spoken
