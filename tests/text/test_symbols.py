from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.text.data import document
from service.text.frontend import FrontEnd
from service.text.sentence import BreakLevel, Sentence, Style, Word
from service.text.syllable import Syllabary
from service.text.symbols import Symbol, SymbolRenderer
from tests.text.symbol_line import PHONES, parse

GOLDEN: dict[str, str] = json.loads((Path(__file__).parent / "data" / "sequences.json").read_text("utf-8"))
TABLE = document("py2phones.json")
RENDERER = SymbolRenderer()


def line(*words: Word, speaker: str = "F7") -> str:
    return RENDERER.render(Sentence(words, 0, 0), speaker)


def mandarin(*written: str, level: BreakLevel = 4, style: Style = Style()) -> Word:
    syllables = tuple(syllable for syllable in map(Syllabary().parse, written) if syllable)
    return Word("", 0, 0, syllables=syllables, break_after=level, style=style)


def english(*syllables: str) -> Word:
    return Word("", 0, 0, phones=tuple(tuple(syllable.split()) for syllable in syllables), break_after=4)


def phones(text: str) -> list[str]:
    return [symbol.phone for symbol in parse(text) if not symbol.is_break]


def test_a_word_of_two_syllables() -> None:
    assert line(mandarin("huan1", "ying2")) == (
        "{h_c$tone1$s_begin$word_begin$emotion_neutral$F7} "
        "{uan_c$tone1$s_end$word_middle$emotion_neutral$F7} "
        "{y_c$tone2$s_begin$word_middle$emotion_neutral$F7} "
        "{ing_c$tone2$s_end$word_end$emotion_neutral$F7} "
        "{#4$tone_none$s_none$word_none$emotion_none$F7}"
    )


def test_a_word_of_one_syllable_begins_and_ends() -> None:
    assert [symbol.word for symbol in parse(line(mandarin("hao3")))] == [
        "word_begin",
        "word_end",
        "word_none",
    ]


def test_an_english_word() -> None:
    assert line(english("HH AH0", "L OW1")) == (
        "{hh$tone0$s_begin$word_begin$emotion_neutral$F7} "
        "{ah$tone0$s_end$word_middle$emotion_neutral$F7} "
        "{l$tone1$s_begin$word_middle$emotion_neutral$F7} "
        "{ow$tone1$s_end$word_end$emotion_neutral$F7} "
        "{#4$tone_none$s_none$word_none$emotion_none$F7}"
    )


def test_a_syllable_of_three_phones_has_a_middle() -> None:
    flags = [symbol.syllable for symbol in parse(line(english("K AE1 T")))]
    assert flags == ["s_begin", "s_middle", "s_end", "s_none"]


def test_only_a_word_of_one_phone_is_both() -> None:
    (symbol, _) = parse(line(english("AY1")))
    assert (symbol.syllable, symbol.word) == ("s_both", "word_both")


def test_a_syllable_of_one_phone_in_a_longer_word_is_both_but_the_word_is_not() -> None:
    first, second, _ = parse(line(english("AY1", "OW0")))
    assert (first.syllable, first.word) == ("s_both", "word_begin")
    assert (second.syllable, second.word) == ("s_both", "word_end")


def test_secondary_stress_and_no_vowel_count_as_no_stress() -> None:
    symbols = parse(line(english("F OW2 N", "HH M")))
    assert {symbol.tone for symbol in symbols[:-1]} == {"tone0"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        # erhua is one syllable
        ("wanr2", ["w_c", "anr_c"]),
        ("dianr3", ["d_c", "ianr_c"]),
        # no initial
        ("ai4", ["ga", "ai_c"]),
        ("an1", ["ga", "an_c"]),
        ("e4", ["ge", "e_c"]),
        ("er2", ["ge", "er_c"]),
        ("en1", ["ge", "en_c"]),
        ("ou3", ["go", "ou_c"]),
        ("yan2", ["y_c", "an_c"]),
        ("ye4", ["y_c", "e_c"]),
        ("you3", ["y_c", "ou_c"]),
        ("wei4", ["w_c", "ei_c"]),
        ("weng1", ["w_c", "eng_c"]),
        # ü
        ("ju1", ["j_c", "v_c"]),
        ("quan2", ["q_c", "van_c"]),
        ("xue2", ["xx_c", "ve_c"]),
        ("yu2", ["y_c", "v_c"]),
        ("yun2", ["y_c", "vn_c"]),
        ("lv4", ["l_c", "v_c"]),
        ("nve4", ["n_c", "ve_c"]),
        ("lu4", ["l_c", "u_c"]),
        # contracted and apical finals
        ("liu2", ["l_c", "iou_c"]),
        ("gui4", ["g_c", "uei_c"]),
        ("lun2", ["l_c", "uen_c"]),
        ("zi5", ["z_c", "ii_c"]),
        ("ci2", ["c_c", "ii_c"]),
        ("zhi1", ["zh_c", "ih_c"]),
        ("ri4", ["r_c", "ih_c"]),
    ],
)
def test_initial_and_final(written: str, expected: list[str]) -> None:
    assert phones(line(mandarin(written))) == expected


@pytest.mark.parametrize("tone", [1, 2, 3, 4, 5])
def test_both_phones_carry_the_tone(tone: int) -> None:
    assert [symbol.tone for symbol in parse(line(mandarin(f"ma{tone}")))[:2]] == [f"tone{tone}"] * 2


def test_there_are_661_syllables() -> None:
    assert len(TABLE) == 661


@pytest.mark.parametrize("name", TABLE)
def test_every_syllable_is_two_known_phones(name: str) -> None:
    assert phones(line(mandarin(name + "1"))) == TABLE[name]
    assert len(TABLE[name]) == 2
    assert set(TABLE[name]) <= PHONES


def test_break_symbols() -> None:
    levels: tuple[BreakLevel, ...] = (1, 2, 3, 4)
    text = line(*(mandarin("a1", level=level) for level in levels))
    assert [symbol.phone for symbol in parse(text) if symbol.is_break] == ["#1", "#2", "#3", "#4"]


def test_phones_carry_their_words_emotion_and_breaks_none() -> None:
    text = line(
        mandarin("a1", level=1, style=Style(emotion="happy")), mandarin("a1", style=Style(emotion="sad"))
    )
    assert [symbol.emotion.removeprefix("emotion_") for symbol in parse(text)] == [
        *("happy", "happy", "none"),
        *("sad", "sad", "none"),
    ]


def test_every_symbol_names_the_speaker() -> None:
    assert {symbol.speaker for symbol in parse(line(mandarin("a1"), speaker="M7"))} == {"M7"}


@pytest.mark.parametrize("text", GOLDEN.values(), ids=GOLDEN)
def test_the_reference_lines_have_the_same_grammar(text: str) -> None:
    assert parse(text)


def test_a_reference_line_word_for_word() -> None:
    angry, surprise = Style(emotion="angry"), Style(emotion="surprise")
    hello = Word("", 0, 0, phones=(("HH", "AH0"), ("L", "OW1")), break_after=4, style=surprise)
    odd = line(mandarin("wanr2", level=1, style=angry), mandarin("ai4", level=2, style=surprise), hello)
    assert odd == GOLDEN["odd"]


def test_a_text(frontend: FrontEnd) -> None:
    (sentence,) = frontend.read("欢迎光临，hello！")
    symbols = parse(RENDERER.render(sentence))
    assert [symbol.phone for symbol in symbols] == [
        *("h_c", "uan_c", "y_c", "ing_c", "g_c", "uang_c", "l_c", "in_c", "#3"),
        *("hh", "ah", "l", "ow", "#4"),
    ]


class TestSymbols:
    def test_the_line_is_their_texts(self, frontend: FrontEnd) -> None:
        for sentence in frontend.read("欢迎光临，hello！一会儿见。"):
            symbols = RENDERER.symbols(sentence, "M7")
            assert RENDERER.render(sentence, "M7") == " ".join(symbol.text for symbol in symbols)

    def test_each_knows_its_word_and_syllable(self) -> None:
        words = (mandarin("huan1", "ying2", level=1), english("HH AH0", "L OW1"))
        symbols = RENDERER.symbols(Sentence(words, 0, 0))
        assert [symbol.word for symbol in symbols] == [0] * 5 + [1] * 5
        assert [symbol.syllable for symbol in symbols] == [0, 0, 1, 1, None] * 2

    def test_each_has_the_style_of_its_word(self) -> None:
        quick, low = Style(rate=2.0), Style(pitch=-3.0)
        words = (mandarin("a1", level=1, style=quick), mandarin("a1", style=low))
        symbols = RENDERER.symbols(Sentence(words, 0, 0))
        assert [symbol.style for symbol in symbols] == [quick] * 3 + [low] * 3

    def test_a_break_is_told_from_phones(self, frontend: FrontEnd) -> None:
        (sentence,) = frontend.read("欢迎光临，hello！")
        for symbol, parsed in zip(RENDERER.symbols(sentence), parse(RENDERER.render(sentence)), strict=True):
            assert symbol.is_break == parsed.is_break == (symbol.syllable is None)


class TestBytes:
    @staticmethod
    def spelled(symbols: list[Symbol]) -> str:
        return bytes(int(symbol.text[1:].split("$")[0]) for symbol in symbols).decode("utf-8")

    def test_a_symbol_is_a_byte_with_emotion_and_speaker(self) -> None:
        word = Word("A", 0, 1, phones=(("EY1",),), break_after=4, style=Style("happy"))
        assert [symbol.text for symbol in RENDERER.byte_symbols(Sentence((word,), 0, 1), "M7")] == [
            "{65$emotion_happy$M7}",
            "{46$emotion_happy$M7}",
        ]

    @pytest.mark.parametrize(
        ("text", "spelled"),
        [
            ("你好", "你好."),
            ("他说WiFi很cool，对吧？", "他说 WiFi 很 cool，对吧？."),
            ("2024年", "二零二四年."),
        ],
    )
    def test_they_spell_the_spoken_text_and_a_full_stop(
        self, frontend: FrontEnd, text: str, spelled: str
    ) -> None:
        (sentence,) = frontend.read(text)
        assert self.spelled(RENDERER.byte_symbols(sentence)) == spelled

    @pytest.mark.parametrize("mark", ["!", ".", "?"])
    def test_a_text_that_ends_as_in_training_gets_no_full_stop(self, mark: str) -> None:
        sentence = Sentence((Word("ok", 0, 2, phones=(("OW1",),), break_after=4, mark=mark),), 0, 3)
        assert self.spelled(RENDERER.byte_symbols(sentence)) == "ok" + mark

    def test_each_knows_its_word_and_that_it_has_no_syllable(self, frontend: FrontEnd) -> None:
        (sentence,) = frontend.read("我们说hello，再见。")
        symbols = RENDERER.byte_symbols(sentence)
        assert {symbol.syllable for symbol in symbols} == {None}
        for index, word in enumerate(sentence.words):
            own = [symbol for symbol in symbols if symbol.word == index]
            assert self.spelled([symbol for symbol in own if not symbol.is_break]) == word.text
            assert self.spelled([symbol for symbol in own if symbol.is_break]).strip(" .") == word.mark
            assert {symbol.style for symbol in own} == {word.style}
