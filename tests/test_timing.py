from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Syllable, Word
from service.text.symbols import SymbolRenderer
from service.timing import timings
from service.voice import WordTiming

FRAME = 0.0125
RENDERER = SymbolRenderer()

NI_HAO = Word("你好", 0, 2, (Syllable("ni", 2), Syllable("hao", 3)), mark="，", break_after=3)
HELLO = Word("hello", 3, 8, phones=(("HH", "AH0"), ("L", "OW1")), break_after=4)
SENTENCE = Sentence((NI_HAO, HELLO), 0, 8)

mandarin = st.builds(
    Word,
    st.just("字"),
    st.just(0),
    st.just(1),
    st.lists(
        st.builds(Syllable, st.sampled_from(["ni", "hao", "a", "zhuang"]), st.integers(1, 5)),
        min_size=1,
        max_size=4,
    ).map(tuple),
)
english = st.builds(
    Word,
    st.just("word"),
    st.just(0),
    st.just(1),
    phones=st.lists(st.sampled_from([("AY1",), ("K", "AE1", "T")]), min_size=1, max_size=3).map(tuple),
)
sentences = st.lists(mandarin | english, min_size=1, max_size=6).map(lambda w: Sentence(tuple(w), 0, 1))


def timed(sentence: Sentence, frames: list[int]) -> tuple[WordTiming, ...]:
    return timings(sentence, RENDERER.symbols(sentence), np.array(frames, np.int64), FRAME)


def test_words_and_syllables_last_as_long_as_their_phones() -> None:
    first, second = timed(SENTENCE, [4, 8, 6, 2, 20, 1, 3, 0, 4, 9])
    assert (first.text, first.start, first.end) == ("你好", 0.0, 20 * FRAME)
    assert [(s.text, s.start, s.end) for s in first.syllables] == [
        ("ni2", 0.0, 12 * FRAME),
        ("hao3", 12 * FRAME, 20 * FRAME),
    ]
    assert (second.start, second.end) == (40 * FRAME, 48 * FRAME)
    assert [(s.text, s.start, s.end) for s in second.syllables] == [
        ("HH AH0", 40 * FRAME, 44 * FRAME),
        ("L OW1", 44 * FRAME, 48 * FRAME),
    ]


def test_words_keep_their_place_in_the_source() -> None:
    assert [(w.start_char, w.end_char) for w in timed(SENTENCE, [1] * 10)] == [(0, 2), (3, 8)]


def test_the_time_of_a_break_belongs_to_no_word() -> None:
    first, second = timed(SENTENCE, [0, 0, 0, 0, 50, 0, 0, 0, 0, 50])
    assert (first.start, first.end) == (0.0, 0.0)
    assert (second.start, second.end) == (50 * FRAME, 50 * FRAME)


def test_an_erhua_syllable_is_named_with_its_r() -> None:
    word = Word("玩儿", 0, 2, (Syllable("wan", 2, erhua=True),), break_after=4)
    (timing,) = timed(Sentence((word,), 0, 2), [1, 1, 1])
    assert [syllable.text for syllable in timing.syllables] == ["wanr2"]


def test_bytes_time_the_words_without_their_punctuation() -> None:
    symbols = RENDERER.byte_symbols(SENTENCE)  # 你好，␣hello.
    assert len(symbols) == 6 + 3 + 1 + 5 + 1
    first, second = timings(SENTENCE, symbols, np.ones(len(symbols), np.int64), 0.5)
    assert (first.start, first.end) == (0.0, 3.0)
    assert (second.start, second.end) == (5.0, 7.5)
    assert first.syllables == second.syllables == ()


def test_a_wrong_number_of_durations_is_refused() -> None:
    with pytest.raises(ValueError, match="10 symbols need as many durations, not 9"):
        timed(SENTENCE, [1] * 9)


def test_a_text_is_timed_word_by_word() -> None:
    (sentence,) = FrontEnd().read("欢迎光临，hello！")
    words = timed(sentence, [2] * len(RENDERER.symbols(sentence)))
    assert [word.text for word in words] == [word.text for word in sentence.words]
    assert [len(w.syllables) for w in words] == [len(w.syllables) + len(w.phones) for w in sentence.words]


@given(sentences, st.data())
def test_times_never_go_back_and_add_up_to_the_frames(sentence: Sentence, data: st.DataObject) -> None:
    symbols = RENDERER.symbols(sentence)
    count = len(symbols)
    frames = data.draw(st.lists(st.integers(0, 40), min_size=count, max_size=count))
    words = timed(sentence, frames)
    assert len(words) == len(sentence.words)
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)
    sounding = sum(n for n, symbol in zip(frames, symbols, strict=True) if not symbol.is_break)
    assert sum(word.end - word.start for word in words) == pytest.approx(sounding * FRAME)
    for timing, word in zip(words, sentence.words, strict=True):
        inner = [time for syllable in timing.syllables for time in (syllable.start, syllable.end)]
        assert inner == sorted(inner)
        assert (inner[0], inner[-1]) == (timing.start, timing.end)
        assert inner[1:-1:2] == inner[2::2]
        assert len(timing.syllables) == len(word.syllables) + len(word.phones)
