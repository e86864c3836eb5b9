"""Bad takes are found by having them recognised: several at a time, and the doubtful ones once more alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench.scoring.asr import Recogniser
from bench.scoring.errors import ser
from bench.scoring.spelling import Speller
from training.audio import RATE
from training.takes import Take

_LONGEST = 26.0  # seconds that are heard at once; the recogniser takes as long for one second
_GAP = np.zeros(round(0.4 * RATE), np.float32)
_SHARE, _ALWAYS = 0.15, 1  # errors that are forgiven: of a take's syllables, and in any case


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a take: errors among its syllables; ``good`` ones are trained on."""

    name: str
    errors: int
    syllables: int

    @property
    def good(self) -> bool:
        """Whether so many errors are forgiven: the recogniser makes some of its own."""
        return self.errors <= max(_ALWAYS, int(_SHARE * self.syllables))

    def plain(self) -> dict[str, object]:
        """As a line of the log."""
        return asdict(self)


class Screen:
    """Listens to takes."""

    def __init__(self, threads: int = 1) -> None:
        """Loads the recogniser.

        Raises:
            ModuleNotFoundError: the extra ``training`` is not installed.
        """
        self._recogniser, self._speller = Recogniser(threads), Speller()

    def findings(self, takes: Sequence[Take]) -> Iterator[Finding]:
        """Yields what is found of each take of a group; see ``groups``."""
        together = self._recogniser.hear(np.concatenate([part for t in takes for part in (t.samples, _GAP)]))
        said = [self._speller.syllables(take.said) for take in takes]
        counts = shared_errors(said, self._speller.syllables(together))
        for take, syllables, errors in zip(takes, said, counts, strict=True):
            found = Finding(take.name, errors, len(syllables))
            if not found.good:
                alone = ser(take.said, self._recogniser.hear(take.samples), self._speller)
                found = Finding(take.name, alone.edits, alone.length)
            yield found


def shared_errors(said: Sequence[Sequence[str]], heard: Sequence[str]) -> list[int]:
    """Gives the errors of each take, of all that was heard of them one after the other."""
    owners = [place for place, syllables in enumerate(said) for _ in syllables]
    counts = [0] * len(said)
    if owners:
        together = [syllable for syllables in said for syllable in syllables]
        for edit in Levenshtein.editops(together, heard):
            counts[owners[min(edit.src_pos, len(owners) - 1)]] += 1
    return counts


def groups(takes: Iterator[Take]) -> Iterator[list[Take]]:
    """Yields takes in groups that are heard at once."""
    group: list[Take] = []
    seconds = 0.0
    for take in takes:
        own = (len(take.samples) + len(_GAP)) / RATE
        if group and seconds + own > _LONGEST:
            yield group
            group, seconds = [], 0.0
        group.append(take)
        seconds += own
    if group:
        yield group
