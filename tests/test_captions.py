from __future__ import annotations

from itertools import pairwise
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.subtitles import Cue
from service.captions import LONGEST_CUE, WIDEST_CUE, cues
from service.text.frontend import FrontEnd
from service.voice import WordTiming

WORD = 0.4


@pytest.fixture(scope="module")
def frontend() -> FrontEnd:
    return FrontEnd()


def heard(frontend: FrontEnd, source: str, pause: float = 0.0) -> list[WordTiming]:
    """The words of a text, each of the same length, with a pause behind each sentence."""
    words: list[WordTiming] = []
    at = 0.0
    for sentence in frontend.read(source):
        for word in sentence.words:
            words.append(WordTiming(word.text, at, at + WORD, word.start, word.end))
            at += WORD
        at += pause
    return words


def texts(cues: list[Cue]) -> list[str]:
    return [cue.text for cue in cues]


def width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def test_a_sentence_is_a_cue_with_its_punctuation(frontend: FrontEnd) -> None:
    source = "你好，世界！今天天气很好。"
    words = heard(frontend, source)
    first, second = cues(words, source)
    assert first == Cue("你好，世界！", 0.0, 0.8)
    assert (second.text, second.start) == ("今天天气很好。", 0.8)
    assert second.end == pytest.approx(words[-1].end)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("hello world! 你好。", ["hello world!", "你好。"]),
        ("Hello, world.", ["Hello, world."]),
        ("他说WiFi很cool，对吧？", ["他说 WiFi 很 cool，对吧？"]),
        ("他说：“你好。”然后走了", ["他说：你好。", "然后走了"]),
        ("一共3.5元。", ["一共三点五元。"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("真的吗？！是的……好吧。", ["真的吗！", "是的…好吧。"]),
    ],
)
def test_words_are_joined_as_they_are_written(frontend: FrontEnd, source: str, shown: list[str]) -> None:
    assert texts(cues(heard(frontend, source), source)) == shown


def test_ssml_is_shown_without_its_markup(frontend: FrontEnd) -> None:
    source = (
        '<speak>\n <s>你好，<emotion category="happy">世界</emotion></s><!--。-->\n <s>明天 &amp; 后天</s>\n'
        '  <p>再<voice name="x">见</voice></p>\n</speak>'
    )
    assert texts(cues(heard(frontend, source), source)) == ["你好，世界", "明天和后天", "再", "见"]


def test_the_full_stop_of_an_abbreviation_ends_no_cue(frontend: FrontEnd) -> None:
    source = "Mr. Smith is here. Hello."
    assert texts(cues(heard(frontend, source, pause=0.2), source)) == ["Mr. Smith is here.", "Hello."]


def test_a_pause_over_three_tenths_of_a_second_begins_another_cue() -> None:
    words = [
        WordTiming(text, start, start + 1, 0, 0) for text, start in (("一", 0), ("二", 1.25), ("三", 2.75))
    ]
    assert cues(words) == [Cue("一二", 0, 2.25), Cue("三", 2.75, 3.75)]


def test_a_long_sentence_is_divided_at_the_comma_nearest_its_middle(frontend: FrontEnd) -> None:
    source = "好，今天上午我们一起去公园散步，下午再到图书馆看一会儿书，然后回家。"
    words = [
        WordTiming(word.text, word.start / 2, word.end / 2, word.start_char, word.end_char)
        for word in heard(frontend, source)
    ]
    assert texts(cues(words, source)) == [
        "好，今天上午我们一起去公园散步，",
        "下午再到图书馆看一会儿书，然后回家。",
    ]


def test_a_long_stretch_without_punctuation_is_divided_near_its_middle() -> None:
    words = [WordTiming("好", n / 10, n / 10 + 0.1, n, n + 1) for n in range(30)]
    assert texts(cues(words, "好" * 30)) == ["好" * 15] * 2


def test_slow_speech_is_divided_by_its_seconds() -> None:
    words = [WordTiming("好", 2.0 * n, 2.0 * n + 2, n, n + 1) for n in range(6)]
    assert texts(cues(words)) == ["好好好"] * 2


def test_a_word_too_long_for_a_cue_stands_alone() -> None:
    words = [WordTiming("a", 0, 1, 0, 1), WordTiming("x" * 60, 1, 10, 2, 62), WordTiming("b", 10, 11, 63, 64)]
    assert texts(cues(words)) == ["a", "x" * 60, "b"]


def test_a_word_of_several_lines_is_shown_on_one() -> None:
    assert texts(cues([WordTiming("重\n\n庆", 0, 1, 0, 4)])) == ["重 庆"]


def test_a_word_without_any_time_is_still_shown() -> None:
    words = [WordTiming("一", 1, 1, 0, 1), WordTiming("二", 1, 1, 2, 3), WordTiming("三", 2, 2, 4, 5)]
    assert cues(words, "一。二。三。") == [Cue("一。二。", 1, 1.001), Cue("三。", 2, 2.001)]


def test_without_words_there_is_no_cue() -> None:
    assert cues([]) == []
    assert cues([], "。") == []


@st.composite
def spoken(draw: st.DrawFn, shortest: float = 0.0) -> tuple[list[WordTiming], str]:
    """Words in order, and the text that they were written in."""
    words: list[WordTiming] = []
    source, at = "", 0.0
    for _ in range(draw(st.integers(0, 30))):
        text = draw(st.sampled_from(["好", "今天", "欢迎光临", "hello", "WiFi", "一二三四五六"]))
        end = at + draw(st.floats(shortest, 3.0))
        words.append(WordTiming(text, at, end, len(source), len(source) + len(text)))
        source += text + draw(st.sampled_from(["", "", "，", "。", "! ", ". ", "\n", "&<", "”"]))
        at = end + draw(st.sampled_from([0.0, 0.0, 0.0004, 0.2, 0.5]))
    return words, source


@given(spoken())
def test_cues_are_in_order_never_overlap_and_all_last(case: tuple[list[WordTiming], str]) -> None:
    shown = cues(*case)
    assert all(0 <= cue.start < cue.end for cue in shown)
    assert all(left.end <= right.start for left, right in pairwise(shown))


@given(spoken(), st.booleans())
def test_every_word_is_shown_once(case: tuple[list[WordTiming], str], with_source: bool) -> None:
    words, source = case
    shown = "".join(texts(cues(words, source if with_source else None)))
    kept = "".join(char for char in shown if char not in " ，。!.")
    assert kept == "".join(word.text for word in words)


@given(spoken(shortest=0.01))
def test_cues_of_several_words_fit_the_screen(case: tuple[list[WordTiming], str]) -> None:
    words, source = case
    single = {word.text for word in words}
    for cue in cues(words, source):
        if cue.text.strip("，。!.") not in single:
            assert width(cue.text) <= WIDEST_CUE
            assert cue.end - cue.start <= LONGEST_CUE + 0.002


@given(spoken(shortest=0.01))
def test_a_cue_lasts_from_its_first_word_to_its_last(case: tuple[list[WordTiming], str]) -> None:
    words, source = case
    borders = {round(time, 3) for word in words for time in (word.start, word.end)}
    times = {time for cue in cues(words, source) for time in (cue.start, cue.end)}
    assert all(min(abs(time - border) for border in borders) < 0.0015 for time in times)
