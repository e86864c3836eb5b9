from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.data import table
from service.text.english import English, syllabify
from service.text.lexicon import Lexicon
from service.text.syllable import Syllabary

DICTIONARY = table("cmudict.tsv")


@pytest.fixture(scope="module")
def english() -> English:
    return English(Lexicon(Syllabary()))


def said(english: English, word: str) -> list[str]:
    """``AH0.L`` style: one string a spoken part, phones joined by hyphens, syllables by dots."""
    return [".".join("-".join(syllable) for syllable in part.phones) for part in english.read(word)]


@pytest.mark.parametrize("word", ["hello", "Hello", "HELLO"])
def test_a_word_of_the_dictionary_in_any_case(english: English, word: str) -> None:
    assert said(english, word) == ["HH-AH0.L-OW1"]


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("NBA", "EH1-N.B-IY1.EY1"),
        ("IBM", "AY1.B-IY1.EH1-M"),
        ("A", "EY1"),
        ("a", "EY1"),
        ("CD", "S-IY1.D-IY1"),
        ("ok", "OW1.K-EY1"),
    ],
)
def test_short_capitals_are_spelt(english: English, word: str, phones: str) -> None:
    assert said(english, word) == [phones]


def test_long_capitals_that_are_a_word_are_read(english: English) -> None:
    assert said(english, "NASA") == ["N-AE1.S-AH0"]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("YouTube", ["You", "Tube"]),
        ("JavaScript", ["Java", "Script"]),
        ("blue-green", ["blue", "green"]),
        ("HTMLParser", ["HTML", "Parser"]),
    ],
)
def test_a_compound_is_read_by_its_parts(english: English, word: str, parts: list[str]) -> None:
    spoken = english.read(word)
    assert "".join(part.text for part in spoken).lower() == "".join(parts).lower()
    assert all(part.phones for part in spoken)


def test_what_no_dictionary_knows_is_spelt_letter_by_letter(english: English) -> None:
    assert said(english, "xqz") == ["EH1-K-S.K-Y-UW1.Z-IY1"]


@pytest.mark.parametrize(
    ("word", "ending"), [("Jack's", "S"), ("Bob's", "Z"), ("boss's", "AH0-Z"), ("Tom’s", "Z")]
)
def test_a_possessive_ends_as_its_word_wants(english: English, word: str, ending: str) -> None:
    assert said(english, word)[0].endswith(ending)


@pytest.mark.parametrize("word", ["don't", "it's", "I'm"])
def test_a_contraction_is_one_word(english: English, word: str) -> None:
    assert len(english.read(word)) == 1


@given(st.from_regex(r"[A-Za-z]{1,20}([-'][A-Za-z]{1,10}){0,2}", fullmatch=True))
def test_every_latin_word_is_spoken(english: English, word: str) -> None:
    assert all(bool(part.phones) != bool(part.syllables) for part in english.read(word))


class TestSyllabify:
    @pytest.mark.parametrize(
        ("phones", "syllables"),
        [
            ("HH AH0 L OW1", "HH AH0 . L OW1"),
            ("S T R IY1 T", "S T R IY1 T"),
            ("EH1 K S T R AH0", "EH1 K . S T R AH0"),
            ("AE1 T L AH0 S", "AE1 T . L AH0 S"),
            ("S IH1 NG ER0", "S IH1 NG . ER0"),
            ("P ER1 P AH0 L", "P ER1 . P AH0 L"),
            ("AA1 Y AH0", "AA1 . Y AH0"),
            ("IY1 AH0", "IY1 . AH0"),
            ("HH M", "HH M"),
        ],
    )
    def test_as_many_consonants_before_a_vowel_as_english_allows(self, phones: str, syllables: str) -> None:
        assert " . ".join(" ".join(syllable) for syllable in syllabify(phones.split())) == syllables

    @pytest.mark.parametrize("word", sorted(DICTIONARY)[::500])
    def test_one_vowel_a_syllable_and_no_phone_lost(self, word: str) -> None:
        phones = DICTIONARY[word].split()
        syllables = syllabify(phones)
        assert [phone for syllable in syllables for phone in syllable] == phones
        assert all(sum(phone[-1].isdigit() for phone in syllable) == 1 for syllable in syllables)


def test_the_operators_lexicon_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("Hello\tHH AW1\nTaobao\ttao2 bao3\n", encoding="utf-8")
    english = English(Lexicon(Syllabary(), path))
    assert said(english, "hello") == ["HH-AW1"]
    assert [str(syllable) for syllable in english.read("taobao")[0].syllables] == ["tao2", "bao3"]
