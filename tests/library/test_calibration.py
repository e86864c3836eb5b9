"""What a voice is made to say to calibrate and judge int8."""

from __future__ import annotations

import pytest

from service.library.calibration import calibration, moods
from service.models.line import SymbolLine
from service.models.unit import EMOTION, LinguisticUnit

SPELLED = ("sy", "tone", "syllable_flag", "word_segment", EMOTION, "speaker_category")
BYTES = ("byte_index", EMOTION, "speaker_category")


def unit(
    language: str = "PinYin", *, emotions: list[str] | None = None, bytewise: bool = False
) -> LinguisticUnit:
    features = BYTES if bytewise else SPELLED
    return LinguisticUnit.build(features, ["F74", "F7"], language, emotions=emotions)


def emotions(lines: tuple[SymbolLine, ...], of: LinguisticUnit) -> set[str]:
    names = of.vocabularies[EMOTION]
    ids = {int(row) for line in lines for row in of.encode(line.text).emotion}
    return {names[row].removeprefix("emotion_") for row in ids} - {"none"}


@pytest.mark.parametrize("language", ["PinYin", "Sichuan", "WuuShanghai", "ZhHK"])
@pytest.mark.parametrize("spoken", [None, ["neutral", "happy", "sad"]])
def test_both_halves_have_every_emotion_of_the_voice_in_symbols_that_it_knows(
    language: str, spoken: list[str] | None
) -> None:
    voice = unit(language, emotions=spoken)
    lines = calibration(voice).lines
    assert len(lines) == 12
    assert emotions(lines[:6], voice) == emotions(lines[6:], voice) == set(voice.emotions)


def test_the_sentences_of_the_second_half_are_told_as_texts() -> None:
    chosen = calibration(unit())
    assert chosen.texts
    assert len(chosen.texts) == len(set(chosen.texts)) == 12
    assert chosen.judged == chosen.texts[6:]
    assert all(text[-1] in "。！？" for text in chosen.texts)


def test_syllables_by_lot_have_no_text_and_are_the_same_each_time() -> None:
    chosen = calibration(unit("ZhHK"))
    assert (chosen.texts, chosen.judged) == (None, None)
    again = calibration(unit("ZhHK"))
    assert [line.text for line in again.lines] == [line.text for line in chosen.lines]


def test_words_by_lot_end_in_breaks_and_lines_in_the_last_one() -> None:
    for line in calibration(unit("WuuShanghai")).lines:
        symbols = line.text.split()
        assert [symbol[:3] for symbol in symbols[4::5]] == ["{#1"] * 7 + ["{#4"]


def test_byte_voices_are_given_bytes() -> None:
    first = calibration(unit(bytewise=True)).lines[0].text.split()[0]
    assert first == f"{{{'早'.encode()[0]}$emotion_neutral$F7}}"


@pytest.mark.parametrize(("speakers", "chosen"), [(["F74", "F7"], "F7"), (["xiaoyu", "M7"], "xiaoyu")])
def test_the_usual_speaker_speaks_else_the_first(speakers: list[str], chosen: str) -> None:
    line = calibration(LinguisticUnit.build(SPELLED, speakers)).lines[0]
    assert {symbol.rstrip("}").rpartition("$")[2] for symbol in line.text.split()} == {chosen}


def test_emotions_take_turns_over_the_places() -> None:
    assert [moods("abc", place, 5) for place in range(5)] == ["a", "b", "c", ("a",), ("b",)]
    assert [moods("abcdefg", place, 3) for place in range(3)] == ["adg", "be", "cf"]
