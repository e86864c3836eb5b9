"""Mandarin syllables: how they are written and which of them exist."""

from __future__ import annotations

import re

from service.text.data import document
from service.text.sentence import Syllable

_WRITTEN = re.compile(r"([a-zêü]+?)(r?)([0-5])")
_RARE = {
    "m": "mu",
    "n": "en",
    "ng": "en",
    "hm": "heng",
    "hng": "heng",
    "len": "leng",
    "rua": "ruo",
    "fiao": "fou",
    "ê": "ei",
}
"""Interjections and dialect readings that the model has no phones for, and their nearest neighbours."""


class Syllabary:
    """The syllables that can be spoken: 411 plain ones and 250 with erhua.

    Attributes:
        phones: a syllable in the model's spelling (``jv``, ``dianr``) to its initial and final.
    """

    def __init__(self) -> None:
        self.phones = {name: (parts[0], parts[1]) for name, parts in document("py2phones.json").items()}

    def parse(self, written: str) -> Syllable | None:
        """``"hao3"`` or ``"dianr3"`` as a syllable (no digit or 0 is neutral), or None if none is such."""
        match = _WRITTEN.fullmatch(written if written[-1:].isdigit() else written + "5")
        if match is None:
            return None
        tone = int(match[3]) or 5
        base = match[1].replace("ü", "v")
        if match[2] and base + "r" != "er":
            syllable = Syllable(base, tone, erhua=True)
        else:
            base += match[2]
            syllable = Syllable(_RARE.get(base, base), tone)
        return syllable if self.key(syllable) in self.phones else None

    def key(self, syllable: Syllable) -> str:
        """The model's spelling: every ü is ``v`` (``jv``, ``yvan``), erhua is a final r."""
        base = syllable.pinyin
        if base[:1] in "jqxy" and base[1:2] == "u" and base != "you":
            base = base[0] + "v" + base[2:]
        return base + ("r" if syllable.erhua else "")

    def with_erhua(self, syllable: Syllable) -> Syllable | None:
        """The syllable with a final r, or None where Mandarin has no such syllable."""
        merged = Syllable(syllable.pinyin, syllable.tone, erhua=True)
        return merged if not syllable.erhua and self.key(merged) in self.phones else None
