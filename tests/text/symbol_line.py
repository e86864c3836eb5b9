"""The grammar of Sambert's symbol lines, as the facts have it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from service.text.data import document

PHONES = frozenset(document("phones.json")["symbols"])
_SYMBOL = re.compile(r"\{([^${} ]+)\$([^${} ]+)\$([^${} ]+)\$([^${} ]+)\$([^${} ]+)\$([^${} ]+)\}")
_STRETCH = re.compile(r"(?:begin (?:middle )*end |both )+")


@dataclass(frozen=True)
class Symbol:
    """One symbol's fields."""

    phone: str
    tone: str
    syllable: str
    word: str
    emotion: str
    speaker: str

    @property
    def is_break(self) -> bool:
        return self.phone[0] == "#"


def parse(line: str) -> list[Symbol]:
    """The symbols of a line; an AssertionError says what is against the grammar."""
    matches = [_SYMBOL.fullmatch(text) for text in line.split(" ")]
    assert None not in matches, line
    symbols = [Symbol(*match.groups()) for match in matches if match]
    runs = [list(run) for _, run in groupby(symbols, key=lambda symbol: symbol.is_break)]
    assert [run[0].is_break for run in runs] == [False, True] * (len(runs) // 2), line
    for phones, breaks in zip(runs[::2], runs[1::2], strict=True):
        _check_word(phones)
        _check_break(breaks, last=breaks is runs[-1])
    return symbols


def _check_word(phones: list[Symbol]) -> None:
    assert {symbol.phone for symbol in phones} <= PHONES
    assert {symbol.tone for symbol in phones} <= {f"tone{n}" for n in range(6)}
    for prefix, flags in (("s", [s.syllable for s in phones]), ("word", [s.word for s in phones])):
        assert all(flag.startswith(f"{prefix}_") for flag in flags)
        names = "".join(flag.removeprefix(f"{prefix}_") + " " for flag in flags)
        assert _STRETCH.fullmatch(names), names
        assert prefix == "s" or names.count("begin") + names.count("both") == 1, names
    assert len({(symbol.emotion, symbol.speaker) for symbol in phones}) == 1
    assert phones[0].emotion.startswith("emotion_")


def _check_break(breaks: list[Symbol], *, last: bool) -> None:
    (symbol,) = breaks
    assert symbol.phone in (("#4",) if last else ("#1", "#2", "#3"))
    assert (symbol.tone, symbol.syllable, symbol.word) == ("tone_none", "s_none", "word_none")
    assert symbol.emotion == "emotion_none"
