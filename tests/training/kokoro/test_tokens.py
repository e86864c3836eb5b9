from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.sentence import BreakLevel, Syllable, Word
from training.kokoro.tokens import Piece, pieces
from training.kokoro.voice import load_vocabulary

VOCABULARY = load_vocabulary()
CHARACTERS = {token: character for character, token in VOCABULARY.items()}


def word(level: BreakLevel = 1, mark: str = "", syllables: int = 1) -> Word:
    return Word("麻", 0, 1, (Syllable("ma", 2),) * syllables, break_after=level, mark=mark)


def cut(words: Sequence[Word], limit: int) -> list[Piece]:
    return list(pieces(words, range(len(words)), VOCABULARY, limit))


def spoken(piece: Piece) -> str:
    return "".join(CHARACTERS[token] for token in piece.tokens)


def test_words_are_parted_by_blanks_and_followed_by_their_marks() -> None:
    (piece,) = cut([word(3, "，"), word(), word(4, "？")], 100)
    assert spoken(piece) == "ma↗, ma↗ ma↗?"
    assert piece.spans == ((0, 0, 3), (1, 5, 8), (2, 9, 12))


def test_only_the_words_asked_for_are_spoken() -> None:
    (piece,) = pieces([word(), word(), word(4)], range(1, 3), VOCABULARY, 100)
    assert spoken(piece) == "ma↗ ma↗."
    assert piece.spans == ((1, 0, 3), (2, 4, 7))


def test_what_fits_exactly_is_not_cut() -> None:
    assert len(cut([word(), word(), word()], 11)) == 1
    assert len(cut([word(), word(), word()], 10)) == 2


def test_the_strongest_break_around_the_middle_is_the_cut() -> None:
    words = [
        word(),
        word(3, "，"),
        word(),
        word(2),
        word(3, "，"),
        word(),
        word(),
        word(),
        word(3, "，"),
        word(4),
    ]
    assert [spoken(piece) for piece in cut(words, 30)] == [
        "ma↗ ma↗, ma↗ ma↗ ma↗,",
        "ma↗ ma↗ ma↗ ma↗, ma↗.",
    ]


def test_a_word_too_long_goes_on_in_the_next_piece() -> None:
    found = cut([word(), word(4, "。", syllables=10)], 12)
    assert all(len(piece.tokens) <= 12 for piece in found)
    assert [piece.cut for piece in found] == [False, True, True, False]
    assert {span[0] for piece in found[1:] for span in piece.spans} == {1}
    assert "".join(map(spoken, found)) == "ma↗" + "ma↗" * 10 + "."


WORDS = st.builds(word, st.sampled_from([1, 2, 3]), st.sampled_from(["", "，", "；"]), st.integers(1, 12))


@given(st.lists(WORDS, min_size=1, max_size=40), st.integers(5, 60))
def test_pieces_never_exceed_the_limit_and_lose_no_word(words: list[Word], limit: int) -> None:
    found = cut(words, limit)
    whole = cut(words, 100_000)
    assert all(0 < len(piece.tokens) <= limit for piece in found)
    assert "".join(map(spoken, found)).replace(" ", "") == spoken(whole[0]).replace(" ", "")
    assert {index for piece in found for index, _, _ in piece.spans} == set(range(len(words)))


@pytest.mark.parametrize("limit", [20, 510])
def test_a_word_without_sound_gives_no_piece(limit: int) -> None:
    assert cut([Word("", 0, 0)], limit) == []
