"""Which sounds of Mandarin a corpus holds, which it lacks, and texts that have these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from pypinyin import Style, pinyin

from service.text.sentence import Sentence
from service.text.syllable import Syllabary

_FIRST, _LAST = 0xB0, 0xD7  # rows of GB 2312 that hold the 3,755 characters in common use
_A_CARRIER = 5  # syllables that one text carries


class Sounds:
    """The syllables of Mandarin with the tones that exist.

    A plain syllable exists in the tones that characters in common use are read with, an erhua syllable in
    those of its plain one; one that no such character has (``den``) in the neutral tone.

    Attributes:
        existing: in the model's spelling with the tone behind it: ``"hao3"``, ``"jv2"``, ``"dianr3"``.
    """

    def __init__(self) -> None:
        self._syllabary = Syllabary()
        tones = self._tones()
        names = self._syllabary.phones
        self.existing = frozenset(
            f"{name}{tone}"
            for name in names
            for tone in tones.get(name) or tones.get(name.removesuffix("r")) or {5}
        )

    def heard(self, sentences: Iterable[Sentence]) -> Counter[str]:
        """How often each syllable is spoken in these sentences."""
        return Counter(
            f"{self._syllabary.key(syllable)}{syllable.tone}"
            for sentence in sentences
            for word in sentence.words
            for syllable in word.syllables
        )

    def missing(self, heard: Counter[str], at_least: int = 1) -> list[str]:
        """What is spoken less often than that, sorted."""
        return sorted(name for name in self.existing if heard[name] < at_least)

    def _tones(self) -> dict[str, set[int]]:
        tones: dict[str, set[int]] = {}
        for character in _common_characters():
            for reading in pinyin(character, Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]:
                if syllable := self._syllabary.parse(reading):
                    tones.setdefault(self._syllabary.key(syllable), set()).add(syllable.tone)
        return tones


def carriers(names: Sequence[str]) -> Iterator[str]:
    """Yields texts in SSML that say these syllables, a few in each, so that every one of them is heard.

    Args:
        names: in the spelling of ``Sounds.existing``.
    """
    for at in range(0, len(names), _A_CARRIER):
        said = "，".join(
            f'<phoneme alphabet="py" ph="{name}">字</phoneme>' for name in names[at : at + _A_CARRIER]
        )
        yield f"<speak>{said}。</speak>"


def _common_characters() -> Iterator[str]:
    for row, cell in product(range(_FIRST, _LAST + 1), range(0xA1, 0xFF)):
        yield from bytes((row, cell)).decode("gb2312", "ignore")  # the last cells of the last row are empty
