"""Error rates count edits against what was said."""

from __future__ import annotations

import pytest

from bench.scoring.errors import Tally, cer, ser
from bench.scoring.spelling import Speller


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller()


@pytest.mark.parametrize(
    ("said", "heard", "edits", "length"),
    [
        pytest.param("今天天气真好。", "今天天气真好", 0, 6, id="the same"),
        pytest.param("今天天气真好", "今天天真好", 1, 6, id="one left out"),
        pytest.param("今天天气真好", "今天的天气真好", 1, 6, id="one too many"),
        pytest.param("今天天气真好", "明天天气真好", 1, 6, id="one taken for another"),
        pytest.param("今天天气真好", "", 6, 6, id="nothing heard"),
        pytest.param("用iPhone", "用iPhome", 1, 7, id="one letter of an English word"),
    ],
)
def test_character_errors(speller: Speller, said: str, heard: str, edits: int, length: int) -> None:
    assert cer(said, heard, speller) == Tally(edits, length)


def test_homophones_are_character_errors_but_no_syllable_errors(speller: Speller) -> None:
    said, heard = "勇气和友谊", "勇气和有意"

    assert cer(said, heard, speller) == Tally(2, 5)
    assert ser(said, heard, speller) == Tally(0, 5)


def test_other_tones_are_no_syllable_errors(speller: Speller) -> None:
    assert ser("买东西", "卖东西", speller).edits == 0


def test_the_particles_that_sound_like_de_are_no_syllable_errors(speller: Speller) -> None:
    assert ser("激动得跳起来", "激动地跳起来", speller).edits == 0
    assert ser("坐地铁", "坐地铁", speller).edits == 0
    assert ser("小狐狸悄悄地躲着", "小狐狸悄悄的躲着", speller).edits == 0
    assert ser("坐地铁", "坐鞋铁", speller).edits == 1


def test_an_erhua_that_is_not_written_is_no_syllable_error(speller: Speller) -> None:
    assert ser("老头儿坐着", "老頭坐著", speller) == Tally(0, 4)
    assert ser("他的儿子", "他的鞋子", speller).edits == 1


def test_other_sounds_are_syllable_errors(speller: Speller) -> None:
    assert ser("百分之三点五", "百分之三年五", speller) == Tally(1, 6)


def test_a_total_weighs_texts_by_their_length() -> None:
    total = Tally.total([Tally(1, 2), Tally(0, 8)])

    assert total == Tally(1, 10)
    assert total.rate == pytest.approx(0.1)


def test_hearing_more_than_was_said_is_a_rate_above_one(speller: Speller) -> None:
    assert cer("好", "好好好", speller).rate == pytest.approx(2.0)


def test_rates_of_nothing_said() -> None:
    assert Tally(0, 0).rate == 0.0
    assert Tally(3, 0).rate == 1.0
