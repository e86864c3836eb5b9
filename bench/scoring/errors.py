"""Error rates between what was said and what was heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from bench.scoring.spelling import Speller


@dataclass(frozen=True, slots=True)
class Tally:
    """Edits (insertions, deletions, substitutions) against the length of what was said."""

    edits: int = 0
    length: int = 0

    @property
    def rate(self) -> float:
        """Edits per unit said, 0 for a perfect match; above 1 if more was heard than said."""
        return self.edits / self.length if self.length else float(self.edits > 0)

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Tally:
        """All edits against all lengths, so that a long text weighs more than a short one."""
        whole = cls()
        for tally in tallies:
            whole = cls(whole.edits + tally.edits, whole.length + tally.length)
        return whole


def cer(said: str, heard: str, speller: Speller) -> Tally:
    """Character errors: homophones count as errors, punctuation and case do not."""
    return _compare(speller.characters(said), speller.characters(heard))


def ser(said: str, heard: str, speller: Speller) -> Tally:
    """Syllable errors on toneless pinyin: only what sounds different counts.

    ``地`` is also tried as the particle, which sounds like ``的`` but has another pinyin elsewhere, and
    ``儿`` as the end of the syllable before it, which a recogniser often leaves out.
    """
    spellings = [(said, heard)]
    for character, sounds_like in (("地", "的"), ("儿", "")):
        spellings += [
            (one.replace(character, sounds_like), other.replace(character, sounds_like))
            for one, other in spellings
        ]
    found = (_compare(speller.syllables(one), speller.syllables(other)) for one, other in spellings)
    return min(found, key=lambda tally: tally.edits)


def _compare(said: str | list[str], heard: str | list[str]) -> Tally:
    return Tally(Levenshtein.distance(said, heard), len(said))
