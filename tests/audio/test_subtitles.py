from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.subtitles import SUBTITLES, Cue, srt, subtitles, webvtt

TWO = [Cue("你好，世界！", 0.0, 1.25), Cue("Tom & Jerry <3", 3725.0004, 3726.9996)]
TIMES = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)[,.](\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)[,.](\d{3})")

cues = st.lists(
    st.builds(Cue, st.text(max_size=20), st.floats(0, 400_000), st.floats(0, 400_000)), max_size=5
)


def test_srt_is_numbered_and_has_commas_in_its_times() -> None:
    assert srt(TWO) == (
        "1\n00:00:00,000 --> 00:00:01,250\n你好，世界！\n\n"
        "2\n01:02:05,000 --> 01:02:07,000\nTom & Jerry <3\n\n"
    )


def test_webvtt_has_a_header_points_in_its_times_and_escapes() -> None:
    assert webvtt(TWO) == (
        "WEBVTT\n"
        "\n00:00:00.000 --> 00:00:01.250\n你好，世界！\n"
        "\n01:02:05.000 --> 01:02:07.000\nTom &amp; Jerry &lt;3\n"
    )


def test_what_is_escaped_already_is_escaped_again() -> None:
    assert "&amp;lt;" in webvtt([Cue("&lt;", 0, 1)])


def test_hours_may_have_three_digits() -> None:
    assert "100:00:00,000" in srt([Cue("好", 360_000, 360_001)])


@pytest.mark.parametrize("text", ["a\n\nb", "a\r\nb", " a b ", "a\u2028b", "a\x85b"])
def test_a_text_of_several_lines_becomes_one(text: str) -> None:
    assert srt([Cue(text, 0, 1)]).split("\n")[2:] == ["a b", "", ""]


@pytest.mark.parametrize(("text", "shown"), [("a --> b", "a → b"), ("a--->b", "a-→b")])
def test_an_arrow_in_the_text_cannot_be_taken_for_times(text: str, shown: str) -> None:
    assert srt([Cue(text, 0, 1)]).split("\n")[2] == shown


def test_a_cue_without_text_is_left_out_and_not_counted() -> None:
    assert srt([Cue(" \n", 0, 1), Cue("好", 1, 2)]).startswith("1\n00:00:01,000")
    assert webvtt([Cue("", 0, 1)]) == "WEBVTT\n"


@given(cues)
def test_any_text_leaves_the_form_of_a_file_whole(cues: list[Cue]) -> None:
    shown = [cue for cue in cues if cue.text.split()]
    for text, blocks in (
        (srt(cues), srt(cues).split("\n\n")[:-1]),
        (webvtt(cues), webvtt(cues).split("\n\n")[1:]),
    ):
        assert text.count("-->") == len(shown) == len(blocks)
        assert not {"\r", "\x85", "\u2028"} & set(text)
        for block in blocks:
            times, line = block.strip("\n").split("\n")[-2:]
            assert TIMES.fullmatch(times)
            assert line.strip()


@given(st.text(max_size=30))
def test_webvtt_has_no_markup_of_the_texts_own(text: str) -> None:
    lines = webvtt([Cue("x" + text, 0, 1)]).split("\n")
    assert not {"<", ">"} & set(lines[3])
    assert "&" not in re.sub("&(amp|lt|gt);", "", lines[3])


def test_each_format_has_a_writer() -> None:
    assert set(SUBTITLES) == {"srt", "vtt"}
    assert subtitles(TWO, "srt") == srt(TWO)
    assert subtitles(TWO, "vtt") == webvtt(TWO)


def test_another_format_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="one of srt, vtt, not ass"):
        subtitles(TWO, "ass")
