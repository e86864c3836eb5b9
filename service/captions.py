"""Spoken words as subtitles: what is shown together, and for how long."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from unicodedata import east_asian_width

from service.audio.subtitles import Cue
from service.text.ssml import is_ssml
from service.voice import WordTiming

LONGEST_CUE = 7.0
"""Seconds that a cue of several words lasts at most."""

WIDEST_CUE = 42
"""Columns that a cue of several words takes at most; a Chinese character takes two."""

_PAUSE = 0.3  # seconds of silence that end a cue
_SHORT_PAUSE = 0.1  # which tell the full stop of a sentence from that of an abbreviation
_MARKS = "！!？?。.…—；;：:，,、"  # the strongest first
_ENDS = frozenset("！!？?。\n")
_MARK = re.compile(r"[！!？?。…—；;：，、]|[.,:](?![A-Za-z0-9./])")
_NEW_SENTENCE = re.compile(r"</?(?:p|s|voice)\b[^>]*>")
_MARKUP = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A word with the punctuation behind it; ``closes`` where the next one begins another cue."""

    text: str
    start: float
    end: float
    mark: str
    closes: bool


def cues(words: Sequence[WordTiming], source: str | None = None) -> list[Cue]:
    """Groups words into cues: one for each stretch up to an end of a sentence or a pause over 0.3 s.

    A stretch that is wider than ``WIDEST_CUE`` or longer than ``LONGEST_CUE`` is divided, at punctuation
    near its middle where there is any. Cues do not overlap, and each lasts for a millisecond at least.

    Args:
        words: in spoken order, as ``Recording`` has them.
        source: the text, plain or SSML, that the words' spans point into; it tells the punctuation and
            the ends of sentences. Without it only pauses end a cue.
    """
    groups = _with_time(chain.from_iterable(map(_fitting, _stretches(_spoken(words, source)))))
    starts = [round(group[0].start * 1000) for group in groups]
    limits = [*starts, None][1:]
    return [_cue(group, start, limit) for group, start, limit in zip(groups, starts, limits, strict=True)]


def _cue(group: Sequence[_Spoken], start: int, limit: int | None) -> Cue:
    """Makes a cue from ``start`` to the group's end, but at most up to ``limit``, both in milliseconds."""
    end = max(start + 1, round(max(word.end for word in group) * 1000))
    return Cue(_joined(group), start / 1000, (end if limit is None else min(end, limit)) / 1000)


def _spoken(words: Sequence[WordTiming], source: str | None) -> Iterator[_Spoken]:
    marked = source is not None and is_ssml(source)
    for word, following in pairwise([*words, None]):
        if word is None or not word.text.strip():
            continue
        behind = ""
        if source is not None:
            behind = source[word.end_char : following.start_char + 1 if following else None]
        behind = _without_markup(behind) if marked else behind
        mark = min(_MARK.findall(behind), key=_MARKS.index, default="")
        pause = following.start - word.end if following else 0.0
        ends = not _ENDS.isdisjoint(behind) or (mark == "." and pause > _SHORT_PAUSE)
        text = " ".join(word.text.split()) + mark
        yield _Spoken(text, word.start, word.end, mark, ends or pause > _PAUSE)


def _without_markup(source: str) -> str:
    """What is between two words of SSML, each border of ``p``, ``s`` and ``voice`` as a line's end."""
    lines = _NEW_SENTENCE.sub("\n", " ".join(source.split()))
    return html.unescape(_MARKUP.sub("", lines))


def _stretches(words: Iterator[_Spoken]) -> Iterator[list[_Spoken]]:
    stretch: list[_Spoken] = []
    for word in words:
        stretch.append(word)
        if word.closes:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _fitting(words: list[_Spoken]) -> Iterator[list[_Spoken]]:
    """Divides a stretch until each part fits a cue or is a single word."""
    seconds = words[-1].end - words[0].start
    if len(words) == 1 or (_width(_joined(words)) <= WIDEST_CUE and seconds <= LONGEST_CUE):
        yield words
        return
    cut = _best_cut(words)
    yield from _fitting(words[:cut])
    yield from _fitting(words[cut:])


def _best_cut(words: list[_Spoken]) -> int:
    """Where a stretch is best divided: near its middle, punctuation being worth half the way to an end."""
    widths = list(accumulate(_width(word.text) for word in words))
    costs = [
        abs(2 * left / widths[-1] - 1.0) - (0.5 if word.mark else 0.0)
        for word, left in zip(words, widths, strict=True)
    ]
    return 1 + min(range(len(words) - 1), key=costs.__getitem__)


def _with_time(groups: Iterator[list[_Spoken]]) -> list[list[_Spoken]]:
    """Joins a group to the one before it where both begin in the same millisecond."""
    kept: list[list[_Spoken]] = []
    for group in groups:
        if kept and round(group[0].start * 1000) <= round(kept[-1][0].start * 1000):
            kept[-1] = kept[-1] + group
        else:
            kept.append(group)
    return kept


def _joined(words: Sequence[_Spoken]) -> str:
    """The words as ``Sentence.text`` has them: Latin ones set off by blanks."""
    text = words[0].text
    for word in words[1:]:
        text += (" " if word.text[0].isascii() or text[-1].isascii() else "") + word.text
    return text


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
