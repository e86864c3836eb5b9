"""The accuracy that the front end promises: syllables with the right pinyin and tone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.text.frontend import FrontEnd

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Case:
    """A text and its right readings: for each syllable the spellings that are as good."""

    kind: str
    text: str
    readings: tuple[tuple[frozenset[str], ...], ...]


@dataclass(frozen=True)
class Score:
    """How far what was read is from the nearest right reading."""

    case: Case
    got: tuple[str, ...]
    errors: int
    syllables: int

    def __str__(self) -> str:
        right = " || ".join(" ".join("|".join(sorted(s)) for s in r) for r in self.case.readings)
        return f"[{self.case.kind}] {self.case.text}\n    got {' '.join(self.got)}\n    not {right}"


def load(name: str) -> list[Case]:
    rows = [line.split("\t") for line in (DATA / name).read_text("utf-8").splitlines() if line[:1] != "#"]
    return [Case(kind, text, tuple(map(_reading, right.split(" || ")))) for kind, text, right in rows]


def _reading(written: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(syllable.split("|")) for syllable in written.split())


def distance(got: Sequence[str], right: Sequence[frozenset[str]]) -> int:
    """Levenshtein's."""
    row = list(range(len(right) + 1))
    for i, syllable in enumerate(got, 1):
        above, row = row, [i]
        for j, good in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (syllable not in good)))
    return row[-1]


def score(frontend: FrontEnd, case: Case) -> Score:
    words = [word for sentence in frontend.read(case.text) for word in sentence.words]
    got = tuple(str(syllable) for word in words for syllable in word.syllables)
    best = min(case.readings, key=lambda reading: distance(got, reading))
    return Score(case, got, distance(got, best), len(best))


def accuracy(scores: Iterable[Score]) -> float:
    scores = list(scores)
    return 1 - sum(s.errors for s in scores) / sum(s.syllables for s in scores)


def failures(scores: Iterable[Score]) -> str:
    return "\n".join(["wrong readings:", *(str(s) for s in scores if s.errors)])


READINGS, HELDOUT = load("readings.tsv"), load("heldout.tsv")


@pytest.fixture(scope="module")
def readings(frontend: FrontEnd) -> list[Score]:
    return [score(frontend, case) for case in READINGS]


@pytest.fixture(scope="module")
def heldout(frontend: FrontEnd) -> list[Score]:
    return [score(frontend, case) for case in HELDOUT]


def test_there_are_at_least_300_different_cases() -> None:
    assert len({case.text for case in READINGS}) >= 300


def test_no_held_out_case_was_built_on() -> None:
    assert {case.text for case in HELDOUT}.isdisjoint(case.text for case in READINGS)


def test_97_of_100_syllables_are_right(readings: list[Score]) -> None:
    assert accuracy(readings) >= 0.97, failures(readings)


def test_97_of_100_syllables_are_right_in_texts_never_built_on(heldout: list[Score]) -> None:
    assert accuracy(heldout) >= 0.97, failures(heldout)


@pytest.mark.parametrize("kind", sorted({case.kind for case in READINGS}))
def test_90_of_100_syllables_are_right_in_every_class(readings: list[Score], kind: str) -> None:
    scores = [s for s in readings if s.case.kind == kind]
    assert accuracy(scores) >= 0.9, failures(scores)
