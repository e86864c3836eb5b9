from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from service.text.sentence import Syllable, Word
from tests.sentences import english, mandarin
from training.kokoro.phonemes import (
    UnknownPhonemeError,
    phone_phonemes,
    punctuation,
    syllable_parts,
    word_phonemes,
)
from training.kokoro.voice import load_vocabulary

TABLE = Path(__file__).parent / "pinyin.tsv"
ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
BASES = [pinyin[:-1] for pinyin, _ in ROWS]
VOCABULARY = load_vocabulary()


def syllable_phonemes(syllable: Syllable) -> str:
    return "".join(syllable_parts(syllable))


@pytest.mark.parametrize(("pinyin", "phonemes"), ROWS)
def test_syllables_read_as_the_voice_was_trained(pinyin: str, phonemes: str) -> None:
    assert syllable_phonemes(Syllable(pinyin[:-1], int(pinyin[-1]))) == phonemes


@pytest.mark.parametrize("base", [*BASES, "yo", "m", "n", "ng", "hm", "hng", "ê", "biang", "rua", "lvan"])
def test_every_syllable_is_in_the_vocabulary(base: str) -> None:
    for tone, erhua in product(range(1, 6), (False, True)):
        assert set(syllable_phonemes(Syllable(base, tone, erhua))) <= VOCABULARY.keys()


def test_a_syllable_parts_into_its_initial_and_the_final_that_has_the_tone() -> None:
    assert syllable_parts(Syllable("zhuang", 4)) == ("ꭧ", "wa↘ŋ")
    assert syllable_parts(Syllable("an", 1)) == ("", "a→n")


def test_a_stressed_vowel_has_its_mark_before_it() -> None:
    assert [phone_phonemes(phone) for phone in ("HH", "AH0", "L", "OW1")] == ["h", "ə", "l", "ˈO"]


def test_tones_differ_only_in_the_arrow() -> None:
    spoken = [syllable_phonemes(Syllable("ma", tone)) for tone in range(1, 6)]
    assert spoken == ["ma→", "ma↗", "ma↓", "ma↘", "ma"]


@pytest.mark.parametrize("spelt", ["jv", "qvan", "xve", "yv", "yvan", "yvn"])
def test_v_may_stand_for_u_behind_j_q_x_y(spelt: str) -> None:
    same = spelt.replace("v", "u")
    assert syllable_phonemes(Syllable(spelt, 2)) == syllable_phonemes(Syllable(same, 2))


@pytest.mark.parametrize(
    ("pinyin", "phonemes"),
    [
        ("dian3r", "tjɛ↓ɚ"),
        ("wan2r", "wa↗ɚ"),
        ("hai2r", "xa↗ɚ"),
        ("wei4r", "we↘ɚ"),
        ("hua1r", "xwa→ɚ"),
        ("kong4r", "kʰʊ↘ŋɚ"),
        ("shi4r", "ʂə↘ɚ"),
        ("yu2r", "y↗ɚ"),
        ("er2r", "ɚ↗"),
    ],
)
def test_erhua_gives_the_end_of_the_syllable_to_r(pinyin: str, phonemes: str) -> None:
    assert word_phonemes(mandarin("", pinyin)) == phonemes


@pytest.mark.parametrize(
    ("phones", "phonemes"),
    [
        (["HH AH0", "L OW1"], "həlˈO"),
        (["W ER1 L D"], "wˈɜɹld"),
        (["W AO1", "T ER0"], "wˈɔtʰəɹ"),
        (["JH IY1", "P IY1", "T IY1"], "ʤˈiːpʰˈiːtʰˈiː"),
        (["K AO1", "F IY0"], "kʰˈɔfi"),
        (["T IY1 M"], "tʰˈiːmː"),
        (["M AA1", "M IY0"], "mˈɑmi"),
        (["CH AY1", "N AH0"], "ʧˈInə"),
        (["EH2", "K S"], "ˌɛks"),
        (["S T AA1 P"], "stˈɑp"),
        (["OW1", "K EY1"], "ˈOkʰˈA"),
    ],
)
def test_english_reads_arpabet(phones: list[str], phonemes: str) -> None:
    assert word_phonemes(english("", *phones)) == phonemes
    assert set(phonemes) <= VOCABULARY.keys()


@pytest.mark.parametrize("wrong", ["", "zz", "bla", "hello", "hao3", "行"])
def test_what_is_no_pinyin_is_refused(wrong: str) -> None:
    with pytest.raises(UnknownPhonemeError):
        syllable_phonemes(Syllable(wrong, 1))


@pytest.mark.parametrize("tone", [0, 6])
def test_tones_are_1_to_5(tone: int) -> None:
    with pytest.raises(UnknownPhonemeError):
        syllable_phonemes(Syllable("ma", tone))


def test_what_is_no_arpabet_is_refused() -> None:
    with pytest.raises(UnknownPhonemeError):
        word_phonemes(english("", "QQ1"))


@pytest.mark.parametrize(("mark", "spoken"), list(zip("，、：；。！？…", ",,:;.!?…", strict=True)))
def test_marks_keep_their_intonation(mark: str, spoken: str) -> None:
    assert punctuation(Word("", 0, 0, break_after=4, mark=mark)) == spoken
    assert spoken in VOCABULARY


def test_a_break_without_a_mark_is_a_comma_or_a_full_stop() -> None:
    assert punctuation(Word("", 0, 0, break_after=1)) == ""
    assert punctuation(Word("", 0, 0, break_after=2)) == ""
    assert punctuation(Word("", 0, 0, break_after=3)) == ","
    assert punctuation(Word("", 0, 0, break_after=4)) == "."


def test_the_vocabulary_has_one_token_for_each_character() -> None:
    assert len(set(VOCABULARY.values())) == len(VOCABULARY)
    assert all(len(character) == 1 for character in VOCABULARY)
