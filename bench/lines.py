"""Sentences of a chosen length as symbol lines, for measuring how speed depends on length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, cycle, islice

from bench.studio import texts
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Word
from service.text.symbols import SymbolRenderer


def symbol_lines(characters: int, count: int) -> list[str]:
    """Gives symbol lines of one sentence each.

    The words come from ``bench/texts/engine.txt`` in their order, over and over, so that lines differ. The
    text's sentences run on as after a comma, for a line may be longer than any sentence of it.

    Args:
        characters: spoken characters of each line; the last word is not cut for them.
        count: of lines.

    Raises:
        ValueError: ``characters`` is below one.
    """
    if characters < 1:
        raise ValueError(f"a line has at least 1 character, not {characters}")
    renderer = SymbolRenderer()
    return [renderer.render(sentence) for sentence in islice(_sentences(_words(), characters), count)]


def _words() -> list[Word]:
    frontend = FrontEnd()
    read = (frontend.read(text) for text in texts("engine"))
    return [_comma(word) for sentence in chain.from_iterable(read) for word in sentence.words]


def _comma(word: Word) -> Word:
    """The end of a sentence made the end of a phrase."""
    return replace(word, break_after=3) if word.break_after == 4 else word


def _sentences(words: list[Word], characters: int) -> Iterator[Sentence]:
    """Stretches of the words, without end."""
    held: list[Word] = []
    for word in cycle(words):
        held.append(word)
        if _length(held) >= characters:
            # Its words come from several texts: it covers no stretch of any.
            yield Sentence((*held[:-1], replace(word, break_after=4)), start=0, end=0)
            held = []


def _length(words: Iterable[Word]) -> int:
    return sum(len(word.syllables) for word in words)
