from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from service.text.characters import Cleaner
from service.text.frontend import FrontEnd
from service.text.glyph import plain
from service.text.lexicon import Lexicon
from service.text.normalize import Normalizer
from service.text.sentence import Style, Word
from service.text.syllable import Syllabary
from service.text.words import WordMaker

Words = Callable[[str], Sequence[Word]]


@pytest.fixture
def words(frontend: FrontEnd) -> Words:
    """The words of a text, sentence after sentence."""
    return lambda text: [word for sentence in frontend.read(text) for word in sentence.words]


class TestBreaks:
    @pytest.mark.parametrize(
        ("between", "level", "mark"),
        [
            ("，", 3, "，"),
            (",", 3, "，"),
            ("；", 3, "；"),
            ("：", 3, "："),
            ("、", 2, "、"),
            ("……", 3, "…"),
            ("——", 3, "…"),
            ("（", 3, ""),
            (" ", 2, ""),
            ("“", 2, ""),
            ("《", 2, ""),
            ("，“", 3, "，"),
            ("：“", 3, "："),
            ("”，", 3, "，"),
        ],
    )
    def test_what_stands_between_two_words(self, words: Words, between: str, level: int, mark: str) -> None:
        first = words(f"天空{between}海洋")[0]
        assert (first.text, first.break_after, first.mark) == ("天空", level, mark)

    @pytest.mark.parametrize(
        ("end", "mark"), [("。", "。"), ("！", "！"), ("？", "？"), ("?!", "！"), ("", "")]
    )
    def test_the_end_of_a_sentence(self, words: Words, end: str, mark: str) -> None:
        last = words(f"天空{end}")[-1]
        assert (last.break_after, last.mark) == (4, mark)

    def test_a_mark_before_any_word_is_not_heard(self, words: Words) -> None:
        assert [word.text for word in words("，。…天空")] == ["天空"]

    def test_a_blank_between_chinese_and_latin_is_no_pause(self, words: Words) -> None:
        assert words("天空 sky")[0].break_after == 1

    def test_the_groups_of_a_telephone_number_are_set_apart(self, words: Words) -> None:
        spoken = words("13800138000")
        assert [word.text for word in spoken] == ["幺三八", "零零幺三", "八零零零"]
        assert [word.break_after for word in spoken] == [2, 2, 4]


class TestSpans:
    def test_a_word_stands_for_its_characters(self, words: Words) -> None:
        assert [(w.text, w.start, w.end) for w in words("天空，海洋")] == [("天空", 0, 2), ("海洋", 3, 5)]

    def test_the_words_of_a_number_share_its_span(self, words: Words) -> None:
        spoken = words("有1234567个")
        assert {(w.start, w.end) for w in spoken[1:-1]} <= {(1, 8), (1, 9)}
        assert "".join(w.text for w in spoken) == "有一百二十三万四千五百六十七个"

    def test_a_particle_belongs_to_the_word_before_it(self, words: Words) -> None:
        (word,) = words("我们的")
        assert (word.text, word.start, word.end) == ("我们的", 0, 3)

    def test_the_parts_of_a_compound_have_their_own_spans(self, words: Words) -> None:
        text = "YouTubeFooBar"
        spoken = words(text)
        assert "".join(text[w.start : w.end] for w in spoken) == text


class TestLatin:
    def test_a_latin_word_has_phones_and_no_syllables(self, words: Words) -> None:
        (word,) = words("hello")
        assert word.phones == (("HH", "AH0"), ("L", "OW1"))
        assert word.syllables == ()

    def test_chinese_and_latin_side_by_side(self, words: Words) -> None:
        assert [word.text for word in words("打开Wi-Fi吧")][1] == "Wi-Fi"

    def test_an_accent_does_not_split_a_word(self, words: Words) -> None:
        assert [word.text for word in words("café Straße")] == ["cafe", "Strasse"]


class TestReadings:
    def test_no_tone_changes_across_a_comma(self, words: Words) -> None:
        assert [str(s) for w in words("我，好") for s in w.syllables] == ["wo3", "hao3"]

    def test_a_tone_changes_across_a_word_boundary(self, words: Words) -> None:
        assert [str(s) for w in words("我买米") for s in w.syllables][-2:] == ["mai2", "mi3"]

    @pytest.mark.parametrize("text", ["カナ", "한글", "Русский", "عربي"])
    def test_other_scripts_are_not_spoken(self, words: Words, text: str) -> None:
        assert [word.text for word in words(f"天空{text}")] == ["天空"]


def test_glyphs_without_words_make_none() -> None:
    syllabary = Syllabary()
    maker = WordMaker(Lexicon(syllabary), syllabary)
    assert maker.words(plain("，。 ", Style())) == ([], 0.0)
    assert maker.words([]) == ([], 0.0)


def test_the_text_of_a_word_is_what_is_spoken(words: Words) -> None:
    glyphs = Normalizer().normalize(Cleaner().clean(plain("50%", Style())))
    assert "".join(w.text for w in words("50%")) == "".join(glyph.char for glyph in glyphs)
