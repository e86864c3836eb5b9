"""Lines of symbols as long as a benchmark wants them."""

from __future__ import annotations

import pytest

from bench.lines import symbol_lines
from bench.studio import texts

BREAK = "$tone_none$s_none$word_none$emotion_none$F7}"
LONGEST_WORD = 5


def characters(line: str) -> int:
    """Each Mandarin syllable has one phone that ends it."""
    return line.count("$s_end$")


@pytest.mark.parametrize("wanted", [1, 20, 200])
def test_a_line_has_the_wanted_characters_and_at_most_the_rest_of_a_word(wanted: int) -> None:
    assert all(0 <= characters(line) - wanted < LONGEST_WORD for line in symbol_lines(wanted, 5))


def test_a_line_is_one_sentence() -> None:
    (line,) = symbol_lines(200, 1)
    assert line.endswith(f"{{#4{BREAK}")
    assert line.count("{#4$") == 1
    assert all(f"{{#{level}{BREAK}" in line for level in (1, 2, 3))


def test_lines_differ_and_are_the_same_every_time() -> None:
    lines = symbol_lines(20, 4)
    assert len(set(lines)) == 4
    assert symbol_lines(20, 4) == lines


def test_the_text_starts_over_where_lines_ask_for_more_than_it_has() -> None:
    length = sum(map(len, texts("engine")))
    assert sum(map(characters, symbol_lines(length // 2, 4))) > length


def test_a_line_without_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 character, not 0"):
        symbol_lines(0, 1)
