from __future__ import annotations

import numpy as np
import pytest

from service.text.sentence import Sentence
from tests.sentences import english, mandarin, sentence
from training.kokoro.phonemes import word_parts
from training.teacher.alignment import EARLY, Alignment, align

LOUD, QUIET = -20.0, -90.0


def spoken(said: Sentence, lengths: list[int], silent: list[range] = []) -> Alignment:  # noqa: B006
    """Aligns a sentence whose tokens have these lengths; a blank parts its words."""
    spans, token = [], 0
    for index, word in enumerate(said.words):
        size = len("".join(word_parts(word)))
        spans.append((index, token, token + size))
        token += size + bool(word.mark) + 1
    energy = np.full(sum(lengths), LOUD)
    for frames in silent:
        energy[frames.start : frames.stop] = QUIET
    return align(said, spans, np.array(lengths), energy)


def test_initials_and_finals_have_the_lengths_of_their_tokens() -> None:
    # pad, m a →, pad: sounds come EARLY frames before their tokens.
    found = spoken(sentence(mandarin("妈", "ma1")), [10, 4, 6, 4, 10], [range(6), range(20, 34)])
    assert found.start == 10 - EARLY - 1  # a frame of silence is kept before the sound
    assert found.durations.tolist() == [5, 10, 12]


def test_all_frames_kept_are_shared_out() -> None:
    found = spoken(sentence(mandarin("妈妈", "ma1 ma5")), [8, 4, 6, 4, 4, 8, 9], [range(30, 43)])
    assert found.end == 42
    assert found.durations.sum() == 42 - found.start
    assert len(found.durations) == 5


def test_a_silent_initial_takes_the_first_quarter_of_its_final() -> None:
    found = spoken(sentence(mandarin("啊", "a1")), [10, 8, 8, 10], [range(6), range(22, 36)])
    assert found.durations.tolist()[:2] == [1 + 4, 16 - 4]  # 啊 is spoken with two tokens: a →


def test_the_blank_between_words_sounds_as_the_next_initial() -> None:
    said = sentence(mandarin("妈", "ma1"), mandarin("骂", "ma4"))
    #        pad m  a  →  _  m  a  ↘ pad
    found = spoken(said, [10, 4, 4, 4, 3, 4, 4, 4, 10], [range(6), range(33, 47)])
    assert found.durations.tolist() == [5, 8, 0, 7, 8, 12]


def test_a_pause_is_where_nothing_is_heard() -> None:
    said = sentence(mandarin("妈", "ma1", mark="，"), mandarin("骂", "ma4"))
    #        pad m  a  →   ,  _  m  a  ↘ pad; the arrow holds half of the pause
    lengths = [10, 4, 4, 14, 4, 4, 4, 4, 4, 10]
    found = spoken(said, lengths, [range(6), range(22, 35), range(48, 62)])
    durations = found.durations.tolist()
    assert durations[2] == 13
    assert found.start + sum(durations[:2]) == 22
    assert found.start + sum(durations[:3]) == 35


def test_a_comma_that_nobody_hears_has_no_frames() -> None:
    said = sentence(mandarin("妈", "ma1", mark="，"), mandarin("骂", "ma4"))
    found = spoken(said, [10, 4, 4, 4, 4, 4, 4, 4, 4, 10], [range(6), range(38, 52)])
    assert found.durations[2] == 0
    assert (found.durations[[0, 1, 3, 4]] > 0).all()


def test_every_sound_has_a_frame_however_short_its_token() -> None:
    said = sentence(mandarin("妈妈", "ma1 ma5"))
    found = spoken(said, [4, 1, 1, 1, 1, 1, 9], [range(12, 18)])
    assert (found.durations[:-1] >= 1).all()


def test_an_english_word_has_a_symbol_a_phone() -> None:
    word = english("hello", "HH AH0", "L OW1")
    assert word_parts(word) == ["h", "ə", "l", "ˈO"]
    found = spoken(sentence(word), [10, 4, 4, 4, 2, 6, 10], [range(6), range(26, 40)])
    assert found.durations.tolist()[:4] == [5, 4, 4, 8]


def test_silence_is_refused() -> None:
    with pytest.raises(ValueError, match="Nothing can be heard"):
        spoken(sentence(mandarin("妈", "ma1")), [10, 4, 6, 4, 10], [range(34)])


def test_tokens_that_are_not_the_sentences_are_refused() -> None:
    said = sentence(mandarin("妈", "ma1"))
    with pytest.raises(ValueError, match="tokens"):
        align(said, [(0, 0, 2)], np.array([10, 4, 6, 10]), np.full(30, LOUD))
    with pytest.raises(ValueError, match="one piece"):
        align(said, [], np.array([10, 4, 6, 10]), np.full(30, LOUD))
