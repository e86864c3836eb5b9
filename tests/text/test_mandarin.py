from __future__ import annotations

import pytest
from pypinyin.constants import PHRASES_DICT

from service.text.lexicon import Lexicon
from service.text.mandarin import Mandarin
from service.text.syllable import Syllabary


@pytest.fixture(scope="module")
def mandarin(syllabary: Syllabary) -> Mandarin:
    return Mandarin(syllabary, Lexicon(syllabary))


def test_words_lie_side_by_side_and_cover_the_text(mandarin: Mandarin) -> None:
    text = "今天的天气非常好我们去公园一百二十三个人"
    words, syllables = mandarin.read(text)
    assert [word.start for word in words] == [0, *(word.end for word in words[:-1])]
    assert words[-1].end == len(text) == len(syllables)


def test_readings_come_before_tone_sandhi(mandarin: Mandarin) -> None:
    _, syllables = mandarin.read("你好")
    assert [str(syllable) for syllable in syllables] == ["ni3", "hao3"]


def test_equal_readings_of_the_dictionary_are_one_and_are_read_as_before(mandarin: Mandarin) -> None:
    first, second, *_ = PHRASES_DICT["丁丁当当"]
    assert first is second
    _, syllables = mandarin.read("丁丁当当")
    assert list(map(str, syllables)) == ["ding1", "ding1", "dang1", "dang1"]


def test_the_er_of_erhua_has_no_syllable_of_its_own(mandarin: Mandarin) -> None:
    _, syllables = mandarin.read("花儿")
    assert [syllable and str(syllable) for syllable in syllables] == ["huar1", None]


def test_a_character_without_a_reading_has_none(mandarin: Mandarin) -> None:
    _, syllables = mandarin.read("好\U0002f800\U0003ffff")
    assert syllables[-1] is None


def test_an_empty_run(mandarin: Mandarin) -> None:
    assert mandarin.read("") == ([], [])


def test_digits_of_a_code_fall_into_groups(mandarin: Mandarin) -> None:
    words, _ = mandarin.read("一二三四五六七八九零一")
    assert all(word.end - word.start <= 4 for word in words)


@pytest.mark.parametrize(
    ("word", "parts"),
    [("好", (1,)), ("你好", (2,)), ("展览馆", (2, 1)), ("小老虎", (1, 2)), ("一心一意", (2, 2))],
)
def test_the_parts_of_a_word(mandarin: Mandarin, word: str, parts: tuple[int, ...]) -> None:
    assert mandarin.parts(word) == parts
