from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.glyph import plain, text_of
from service.text.incremental import Part, SentenceBuffer
from service.text.sentence import Style
from service.text.split import LONGEST, split

DOCUMENT = '<?xml version="1.0"?>\n<speak>你好。<break time="1s"/>世界！\n再见？</speak>'


def parts(*pieces: str) -> list[str]:
    buffer = SentenceBuffer()
    given = [part for piece in pieces for part in buffer.push(piece)]
    return [part.text for part in given + buffer.end()]


@pytest.mark.parametrize("end", ["。", "！", "？", "!", "?", "\n", "\r", "\u2028", "｡"])
def test_an_end_completes_a_sentence_at_once(end: str) -> None:
    buffer = SentenceBuffer()
    assert buffer.push("你") == []
    assert buffer.push("好") == []
    assert buffer.push(end) == [Part(f"你好{end}", 0)]
    assert buffer.push("世界。") == [Part("世界。", 3)]
    assert buffer.end() == []


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["“你好。", "”", "他说。"], ["“你好。", "”他说。"]),
        (["真的？", "！", "是的"], ["真的？", "！是的"]),
        (["完了。。。走吧"], ["完了。", "。。走吧"]),
        (["你好。\n\n世界"], ["你好。", "\n\n世界"]),
        (["。", "\n", "你好。"], ["。\n你好。"]),
        (["你好。", "”"], ["你好。", "”"]),
    ],
)
def test_what_follows_an_end_begins_the_next_part(pieces: list[str], expected: list[str]) -> None:
    assert parts(*pieces) == expected


@pytest.mark.parametrize(
    "pieces",
    [
        ["圆周率是3.", "14"],
        ["版本v2.", "3", ".", "1"],
        ["Mr.", " Wang is here"],
        ["at 3 p.m", ".", " or so"],
        ["写信到a@b.", "com"],
        ["你好，", "世界；", "再见"],
    ],
)
def test_what_may_go_on_is_waited_for(pieces: list[str]) -> None:
    assert parts(*pieces) == ["".join(pieces)]


def test_a_full_stop_ends_a_sentence_when_a_blank_follows() -> None:
    buffer = SentenceBuffer()
    assert buffer.push("I am.") == []
    assert buffer.push(" ") == [Part("I am. ", 0)]
    assert buffer.push("You are.") == []
    assert buffer.end() == [Part("You are.", 6)]


def test_ssml_is_complete_at_its_closing_tag_only() -> None:
    buffer = SentenceBuffer()
    assert [part for char in DOCUMENT[:-1] for part in buffer.push(char)] == []
    assert buffer.push(DOCUMENT[-1]) == [Part(DOCUMENT, 0)]
    assert buffer.push("然后。") == [Part("然后。", len(DOCUMENT))]


def test_long_ssml_is_not_cut() -> None:
    document = f"<speak>{'你好，世界。' * LONGEST}</speak>"
    assert parts(document) == [document]


def test_an_open_ssml_document_is_the_rest() -> None:
    assert parts("<speak>你好。") == ["<speak>你好。"]


def test_an_overlong_stretch_is_cut_at_a_good_place() -> None:
    stretch = "很长的话，" * 70
    assert parts(*stretch) == [text_of(piece) for piece in split(plain(stretch, Style()))]
    assert len(parts(stretch)) == 2


def test_no_text_gives_nothing() -> None:
    assert parts("", "") == []


signs = st.sampled_from(
    [*"你好。！？!?.,，；;、…：“”\"'（）3aZ \n\r<>/", "<speak>", "</speak>", "Mr. ", "啊" * 299]
)
texts = st.lists(signs, max_size=40).map("".join)


@given(texts, st.data())
def test_pieces_make_no_difference_and_nothing_is_lost(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    bounds = [0, *cuts, len(text)]
    pieces = [text[start:end] for start, end in pairwise(bounds)]
    assert parts(*pieces) == parts(text) == parts(*text)
    assert "".join(parts(*pieces)) == text


@given(texts)
def test_starts_are_offsets_into_all_of_the_text(text: str) -> None:
    buffer = SentenceBuffer()
    for part in buffer.push(text) + buffer.end():
        assert part.text
        assert text[part.start :].startswith(part.text)


@given(st.text("你好，；、。！？ \n.3aZ…", max_size=400))
def test_without_quotations_it_divides_as_the_whole_is_divided(text: str) -> None:
    whole = [text_of(piece) for piece in split(plain(text, Style()))]
    assert _spoken(parts(text)) == _spoken(whole)


def _spoken(sentences: list[str]) -> list[str]:
    """Sentences without the marks at either end, which may stand on either side of a boundary."""
    bare = [sentence.strip("。！？!?…. \n，；、") for sentence in sentences]
    return [sentence for sentence in bare if sentence]


@pytest.mark.parametrize("char", ["。", " ", "啊", ".", "a", "“"])
def test_many_thousand_single_characters_are_no_burden(char: str) -> None:
    text = char * 20_000
    assert "".join(parts(*text)) == text
