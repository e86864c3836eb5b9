from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from service.text.frontend import FrontEnd
from service.text.lexicon import Lexicon, LexiconError
from service.text.syllable import Syllabary

Own = Callable[[str], Path]


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """Writes an operator's lexicon."""

    def write(rows: str) -> Path:
        path = tmp_path / "own.tsv"
        path.write_text(rows, encoding="utf-8")
        return path

    return write


def matches(lexicon: Lexicon, text: str, bounds: set[int]) -> list[tuple[int, str]]:
    return [(at, " ".join(map(str, reading))) for at, reading in lexicon.matches(text, bounds)]


def test_a_built_in_word_holds_where_the_text_falls_into_words(syllabary: Syllabary) -> None:
    lexicon = Lexicon(syllabary)
    assert matches(lexicon, "会计算账", {0, 1, 3, 4}) == [(0, "hui4 ji4 suan4")]
    assert matches(lexicon, "会计算账", {0, 2, 4}) == []


def test_an_operators_word_holds_anywhere(syllabary: Syllabary, own: Own) -> None:
    lexicon = Lexicon(syllabary, own("青行\tqing1 hang2\n"))
    assert matches(lexicon, "大青行道", {0, 2, 4}) == [(1, "qing1 hang2")]


def test_the_longest_word_wins(syllabary: Syllabary, own: Own) -> None:
    lexicon = Lexicon(syllabary, own("甲乙\tjia3 yi3\n甲乙丙\tjia2 yi2 bing2\n"))
    assert matches(lexicon, "甲乙丙", set()) == [(0, "jia2 yi2 bing2")]


def test_the_last_line_wins(syllabary: Syllabary, own: Own) -> None:
    lexicon = Lexicon(syllabary, own("甲乙\tjia3 yi3\n甲乙\tjia1 yi1\nredis\tR EH1 D\nREDIS\tR IY1 D\n"))
    assert matches(lexicon, "甲乙", set()) == [(0, "jia1 yi1")]
    assert lexicon.latin["redis"] == ("R", "IY1", "D")


def test_comments_blank_lines_blanks_around_and_a_byte_order_mark(syllabary: Syllabary, own: Own) -> None:
    lexicon = Lexicon(syllabary, own("\ufeff# note\n\n  甲乙 \t jia1 yi1 \r\n"))
    assert matches(lexicon, "甲乙", set()) == [(0, "jia1 yi1")]


@pytest.mark.parametrize(
    "row",
    [
        "甲乙 jia3 yi3",
        "甲乙\t",
        "\tjia3",
        "甲乙\tjia3",
        "甲\tjia3 yi3",
        "甲\tjia9",
        "甲\tJIA3",
        "甲\tHH AH0",
        "redis\tR EH D",
        "redis\tred is",
        "甲\txx3",
    ],
)
def test_a_line_that_cannot_be_used_is_named(syllabary: Syllabary, own: Own, row: str) -> None:
    path = own(f"乙\tyi3\n{row}\n")
    with pytest.raises(LexiconError, match=r"own\.tsv, entry 2: .* is not a word, a tab and its reading"):
        Lexicon(syllabary, path)


def test_a_lexicon_that_is_not_there(syllabary: Syllabary, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Lexicon(syllabary, tmp_path / "none.tsv")


def test_a_lexicon_that_is_not_text(syllabary: Syllabary, tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LexiconError, match="UTF-8"):
        Lexicon(syllabary, path)


def test_the_front_end_reads_as_the_operator_says(own: Own) -> None:
    frontend = FrontEnd(own("重庆路\tzhong4 qing4 lu4\nredis\tR EH1 D IH0 S\n"))
    (sentence,) = frontend.read("重庆路Redis")
    assert [str(s) for word in sentence.words for s in word.syllables] == ["zhong4", "qing4", "lu4"]
    assert sentence.words[-1].phones == (("R", "EH1"), ("D", "IH0", "S"))


def test_an_operators_reading_changes_with_its_neighbours(own: Own) -> None:
    (sentence,) = FrontEnd(own("甲甲\tjia3 jia3\n")).read("甲甲好")
    assert [str(s) for word in sentence.words for s in word.syllables] == ["jia2", "jia2", "hao3"]
