"""Words to pieces of tokens that the network can speak at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from service.text.sentence import Word
from training.kokoro.phonemes import punctuation, word_phonemes

_BLANK = " "


@dataclass(frozen=True, slots=True)
class Unit:
    """A word's phonemes and the punctuation behind it; a word too long to speak at once is several units."""

    index: int
    phonemes: str
    mark: str
    level: int

    @property
    def size(self) -> int:
        """Tokens it takes, with the blank that parts it from the next."""
        return len(self.phonemes) + len(self.mark) + 1


@dataclass(frozen=True, slots=True)
class Piece:
    """What is spoken in one call of the network.

    Attributes:
        tokens: entries of the vocabulary.
        spans: for each word in it, its index among all words and its tokens without punctuation,
            as ``(index, start, end)``, half open.
        last: the index of its last word.
        cut: a word goes on in the next piece.
    """

    tokens: tuple[int, ...]
    spans: tuple[tuple[int, int, int], ...]
    cut: bool

    @property
    def last(self) -> int:
        """The index of the last word in it."""
        return self.spans[-1][0]


def pieces(
    words: Sequence[Word], indexes: range, vocabulary: Mapping[str, int], limit: int
) -> Iterator[Piece]:
    """Yields the words ``indexes`` of ``words`` as pieces of at most ``limit`` tokens.

    What is too long is cut in two, and again, at the strongest break around its middle.
    """
    units = [unit for index in indexes for unit in _units(words[index], index, limit)]
    for group in _divided(units, limit):
        yield _piece(group, vocabulary)


def _units(word: Word, index: int, limit: int) -> list[Unit]:
    phonemes, mark = word_phonemes(word), punctuation(word)
    room = limit - len(mark)
    parts = [phonemes[at : at + room] for at in range(0, len(phonemes), room)]
    whole = [Unit(index, part, "", 0) for part in parts[:-1]]
    return [*whole, Unit(index, parts[-1], mark, word.break_after)] if parts else []


def _divided(units: list[Unit], limit: int) -> Iterator[list[Unit]]:
    ends = list(accumulate(unit.size for unit in units))
    if len(units) <= 1 or ends[-1] - 1 <= limit:
        if units:
            yield units
        return
    middle = ends[-1] / 2
    central = [at for at in range(1, len(units)) if abs(ends[at - 1] - middle) <= middle / 2]
    choices = central or range(1, len(units))
    best = max(choices, key=lambda at: (units[at - 1].level, -abs(ends[at - 1] - middle)))
    yield from _divided(units[:best], limit)
    yield from _divided(units[best:], limit)


def _piece(units: list[Unit], vocabulary: Mapping[str, int]) -> Piece:
    text, spans = "", []
    for unit in units:
        text += _BLANK if text else ""
        spans.append((unit.index, len(text), len(text) + len(unit.phonemes)))
        text += unit.phonemes + unit.mark
    return Piece(tuple(vocabulary[character] for character in text), tuple(spans), units[-1].level == 0)
