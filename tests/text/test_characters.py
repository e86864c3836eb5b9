from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.characters import Cleaner
from service.text.glyph import CUT, Glyph, Pin, plain
from service.text.sentence import Style, Syllable

Clean = Callable[[str], str]
CLEANER = Cleaner()


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        # full-width forms
        ("１２３", "123"),
        ("ＡＢＣ", "ABC"),
        ("３．１４", "3.14"),
        ("５０％", "50%"),
        ("￥５", "¥5"),
        ("＋８６", "+86"),
        ("１２：３０", "12:30"),
        ("他说：三", "他说：三"),
        ("１－２", "1-2"),
        ("３～５", "3~5"),
        ("ａ＠ｂ", "a@b"),
        # digits of other scripts, signs in one character
        ("٣٤", "34"),
        ("५", "5"),
        ("③", "3 "),
        ("㎐", "Hz"),
        ("㎏", "㎏"),
        ("½", "½"),
        ("⅕", "1/5"),
        ("−5", "-5"),
        ("〇", "零"),
        # Latin letters with accents
        ("café", "cafe"),
        ("Ångström", "Angstrom"),
        ("Straße", "Strasse"),
        # what nobody says
        ("好😀吧", "好 吧"),
        ("1️⃣", "1"),
        ("零\u200b宽", "零宽"),
        ("好\x00\x1b吗", "好吗"),
        ("好\ud800吗", "好吗"),
        # blanks and line ends
        ("甲\t乙", "甲 乙"),
        ("甲\u00a0乙", "甲 乙"),
        ("甲\u3000乙", "甲 乙"),
        ("甲\u2028乙", f"甲{CUT}乙"),
        ("甲\r乙", f"甲{CUT}乙"),
    ],
)
def test_every_character_has_one_way_to_be_written(clean: Clean, written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("請問機場怎麼去", "请问机场怎么去"),
        ("頭髮", "头发"),
        ("發展", "发展"),
        ("乾淨", "干净"),
        ("皇后後來", "皇后后来"),
        ("一隻貓", "一只猫"),
        ("著名", "著名"),
        ("看著", "看着"),
        ("這裏", "这里"),
    ],
)
def test_traditional_characters_become_simplified(clean: Clean, traditional: str, simplified: str) -> None:
    assert clean(traditional) == simplified


@pytest.mark.parametrize("text", ["你好，世界！", "“乾坤”、《后羿》", "C++ & a_b", "αβ ≥ ×"])
def test_plain_modern_text_stays_as_it_is(clean: Clean, text: str) -> None:
    assert clean(text) == text


def test_circled_figures_do_not_run_into_one_number(clean: Clean) -> None:
    assert "12" not in clean("①②")


def test_pinned_glyphs_and_pauses_pass_untouched() -> None:
    pin = Pin((Syllable("e", 4),))
    glyphs = [Glyph("二", 0, 1, Style(), pin=pin), Glyph("", 1, 1, Style(), pause=0.5)]
    assert CLEANER.clean(glyphs) == glyphs


def test_a_character_that_becomes_several_gives_each_its_span() -> None:
    assert CLEANER.clean(plain("a㎐", Style()))[1:] == [Glyph(c, 1, 2, Style()) for c in "Hz"]


@given(st.text(st.characters(), max_size=60))
def test_spans_stay_in_order_and_inside_the_text(text: str) -> None:
    spans = [(glyph.start, glyph.end) for glyph in CLEANER.clean(plain(text, Style()))]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(st.text(st.characters(), max_size=40))
def test_cleaning_keeps_each_character_style(text: str) -> None:
    glyphs = [replace(glyph, style=Style(rate=1 + glyph.start / 100)) for glyph in plain(text, Style())]
    assert all(glyph.style.rate == 1 + glyph.start / 100 for glyph in CLEANER.clean(glyphs))
