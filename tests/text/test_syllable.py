from __future__ import annotations

import pytest

from service.text.data import document
from service.text.sentence import Syllable
from service.text.syllable import Syllabary

TABLE = document("py2phones.json")


@pytest.mark.parametrize(
    ("written", "syllable"),
    [
        ("hao3", Syllable("hao", 3)),
        ("de5", Syllable("de", 5)),
        ("de0", Syllable("de", 5)),
        ("de", Syllable("de", 5)),
        ("dianr3", Syllable("dian", 3, erhua=True)),
        ("er2", Syllable("er", 2)),
        ("lv4", Syllable("lv", 4)),
        ("lü4", Syllable("lv", 4)),
        ("ju1", Syllable("ju", 1)),
        ("yuan2", Syllable("yuan", 2)),
        ("you3", Syllable("you", 3)),
    ],
)
def test_pinyin_as_people_write_it(syllabary: Syllabary, written: str, syllable: Syllable) -> None:
    assert syllabary.parse(written) == syllable


@pytest.mark.parametrize(
    ("written", "nearest"), [("n2", "en2"), ("ng4", "en4"), ("m2", "mu2"), ("hm5", "heng5"), ("ê1", "ei1")]
)
def test_interjections_take_their_nearest_neighbour(syllabary: Syllabary, written: str, nearest: str) -> None:
    assert str(syllabary.parse(written)) == nearest


@pytest.mark.parametrize("written", ["", "3", "hao6", "hao33", "xyz1", "HAO3", "hao 3", "hǎo", "r5", "bngr1"])
def test_what_is_no_syllable(syllabary: Syllabary, written: str) -> None:
    assert syllabary.parse(written) is None


@pytest.mark.parametrize(
    ("written", "key"),
    [("ju1", "jv"), ("quan2", "qvan"), ("xue2", "xve"), ("yu2", "yv"), ("yun2", "yvn"), ("lve4", "lve")],
)
def test_the_model_writes_every_umlaut_as_v(syllabary: Syllabary, written: str, key: str) -> None:
    syllable = syllabary.parse(written)
    assert syllable is not None
    assert syllabary.key(syllable) == key


@pytest.mark.parametrize("written", ["zhu3", "wu2", "you3", "nu3", "lu4", "shu1"])
def test_a_plain_u_stays(syllabary: Syllabary, written: str) -> None:
    syllable = syllabary.parse(written)
    assert syllable is not None
    assert syllabary.key(syllable) == written[:-1]


def test_there_are_411_plain_syllables_and_250_with_erhua(syllabary: Syllabary) -> None:
    read = [syllabary.parse(name + "1") for name in TABLE]
    erhua = [syllable for syllable in read if syllable and syllable.erhua]
    assert (len(read) - len(erhua), len(erhua), read.count(None)) == (411, 250, 0)


@pytest.mark.parametrize("name", TABLE)
def test_every_listed_spelling_is_read_and_given_back(syllabary: Syllabary, name: str) -> None:
    syllable = syllabary.parse(name + "2")
    assert syllable is not None
    assert syllabary.key(syllable) == name


def test_erhua_only_where_the_table_has_it(syllabary: Syllabary) -> None:
    assert syllabary.with_erhua(Syllable("dian", 3)) == Syllable("dian", 3, erhua=True)
    assert syllabary.with_erhua(Syllable("er", 2)) is None
    assert syllabary.with_erhua(Syllable("dian", 3, erhua=True)) is None


def test_a_syllable_shows_as_pinyin_with_tone() -> None:
    assert str(Syllable("hao", 3)) == "hao3"
    assert str(Syllable("wan", 2, erhua=True)) == "wanr2"
