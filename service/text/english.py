"""English words inside Mandarin: a pronouncing dictionary, and letters for what it lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.text.data import table
from service.text.lexicon import Lexicon, Phones
from service.text.sentence import Syllable

_LETTERS: dict[str, tuple[str, ...]] = {
    letter: tuple(name.split())
    for letter, name in zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            *("EY1", "B IY1", "S IY1", "D IY1", "IY1", "EH1 F", "JH IY1", "EY1 CH", "AY1", "JH EY1", "K EY1"),
            *(
                "EH1 L",
                "EH1 M",
                "EH1 N",
                "OW1",
                "P IY1",
                "K Y UW1",
                "AA1 R",
                "EH1 S",
                "T IY1",
                "Y UW1",
                "V IY1",
            ),
            *("D AH1 B AH0 L Y UW0", "EH1 K S", "W AY1", "Z IY1"),
        ),
        strict=True,
    )
}
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_ONSETS = frozenset(
    (
        *(
            "P R",
            "P L",
            "P Y",
            "B R",
            "B L",
            "B Y",
            "T R",
            "T W",
            "D R",
            "D W",
            "K R",
            "K L",
            "K W",
            "K Y",
            "G R",
        ),
        *(
            "G L",
            "G W",
            "F R",
            "F L",
            "F Y",
            "TH R",
            "TH W",
            "SH R",
            "S P",
            "S T",
            "S K",
            "S M",
            "S N",
            "S L",
            "S W",
        ),
        *("S F", "V Y", "M Y", "HH Y", "N Y", "HH W"),
        *("S P R", "S P L", "S T R", "S K R", "S K W", "S K Y", "S P Y"),
    )
)
_SPELLED_UP_TO = 3


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a Latin word, or a part of one, is said: English syllables of ARPAbet, or Mandarin syllables."""

    text: str
    phones: tuple[Phones, ...] = ()
    syllables: tuple[Syllable, ...] = ()


class English:
    """Reads Latin words. Look-up order: lexicon, dictionary, parts (``Wi-Fi``, ``YouTube``), letters."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon.latin
        self._dictionary = table("cmudict.tsv")

    def read(self, word: str) -> list[Spoken]:
        """One Latin token (letters, inner hyphens and apostrophes) as one or more spoken words."""
        whole = self._look_up(word)
        if whole is not None:
            return [whole]
        parts = [part for piece in re.split(r"[-']", word) for part in _PARTS.findall(piece)]
        if len(parts) > 1:
            return [self._look_up(part) or _spell(part) for part in parts]
        return [_spell(word)]

    def _look_up(self, word: str) -> Spoken | None:
        lower = word.lower().replace("’", "'")
        known = self._lexicon.get(lower)
        if known is not None:
            return _spoken(word, known)
        if len(word) == 1 or (word.isupper() and len(word) <= _SPELLED_UP_TO):
            return _spell(word)
        if lower in self._dictionary:
            return _spoken(word, tuple(self._dictionary[lower].split()))
        if lower.endswith("'s") and lower[:-2] in self._dictionary:
            return _spoken(word, _possessive(self._dictionary[lower[:-2]].split()))
        return None


def _spoken(word: str, reading: tuple[Syllable, ...] | Phones) -> Spoken:
    syllables = tuple(part for part in reading if isinstance(part, Syllable))
    if syllables:
        return Spoken(word, syllables=syllables)
    return Spoken(word, phones=syllabify([part for part in reading if isinstance(part, str)]))


def _possessive(phones: list[str]) -> Phones:
    ending = {
        "S": ["AH0", "Z"],
        "Z": ["AH0", "Z"],
        "SH": ["AH0", "Z"],
        "CH": ["AH0", "Z"],
        "JH": ["AH0", "Z"],
    }
    voiceless = ["S"] if phones[-1] in ("P", "T", "K", "F", "TH") else ["Z"]
    return (*phones, *ending.get(phones[-1], voiceless))


def _spell(word: str) -> Spoken:
    letters = [letter for letter in word.lower() if letter in _LETTERS]
    return Spoken(word, phones=tuple(s for letter in letters for s in syllabify(_LETTERS[letter])))


def syllabify(phones: Sequence[str]) -> tuple[Phones, ...]:
    """ARPAbet phones in syllables: one vowel each, and as many consonants before it as English allows.

    This is the maximal onset principle (Kahn 1976). Phones without any vowel are one syllable.
    """
    nuclei = [i for i, phone in enumerate(phones) if phone[-1].isdigit()]
    bounds = [0]
    for left, right in pairwise(nuclei):
        start = right
        while start - 1 > left and _is_onset(phones[start - 1 : right]):
            start -= 1
        bounds.append(start)
    return tuple(tuple(phones[a:b]) for a, b in pairwise((*bounds, len(phones))))


def _is_onset(consonants: Sequence[str]) -> bool:
    if len(consonants) == 1:
        return consonants[0] not in ("NG", "ZH")
    return " ".join(consonants) in _ONSETS
