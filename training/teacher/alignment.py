"""Where each symbol of a sentence lies in what the teacher said, from the lengths of the teacher's tokens.

The lengths are taken at their word but for three things. Sounds come before their tokens, all by about the
same time. The blank between two words is no pause: the first consonant of the next word sounds in it. And a
pause is spread over the punctuation and the sound before it, so pauses are looked for in the energy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.text.sentence import Sentence
from training.kokoro.phonemes import word_parts

EARLY = 4
"""Frames of 12.5 ms by which sounds come before their tokens; vowels 4 or 5, consonants 3 to 6."""

_LEAD, _TAIL = 1, 12  # frames kept before the first sound, and behind the last one
_QUIET = 36.0  # dB below the loudest frame: there is no sound there
_SHORTEST_PAUSE = 2  # frames

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Frames of the symbols.

    Attributes:
        start: the first frame that is kept.
        durations: of each symbol, breaks included, from ``start`` on, shape (symbols,).
    """

    start: int
    durations: Ints

    @property
    def end(self) -> int:
        """The frame behind the last one that is kept."""
        return self.start + int(self.durations.sum())


def align(
    sentence: Sentence, spans: Sequence[tuple[int, int, int]], lengths: Ints, energy: NDArray[np.float64]
) -> Alignment:
    """Aligns a sentence that the teacher spoke in one piece.

    Args:
        sentence: what was said.
        spans: for each word its index and its tokens, punctuation and blanks left out, half open.
        lengths: frames of each token, a pad at either end included.
        energy: of each frame, in dB.

    Raises:
        ValueError: words and spans do not fit, or nothing can be heard.
    """
    if [index for index, _, _ in spans] != list(range(len(sentence.words))):
        raise ValueError("The sentence was not spoken in one piece, a span for each of its words.")
    loud = energy > energy.max() - _QUIET
    if energy.max() < -60.0:
        raise ValueError("Nothing can be heard.")
    ends = np.cumsum(lengths)  # the token of number k lies between ends[k] and ends[k + 1]
    starts, words = _starts(sentence, spans, ends)
    sounds = _Sounds(starts - EARLY, len(energy))
    sounds.begin(max(0, _first(loud, 0, sounds.after(0)) - _LEAD))
    breaks = list(_breaks(sentence, words, sounds, loud))
    last = _last(loud, sounds.starts[-1])
    breaks.append((last, min(last + _TAIL, len(energy))))
    return _assembled(sounds.starts, words, breaks)


class _Sounds:
    """The first frames of all sounds, in order, each of which has at least one frame."""

    def __init__(self, starts: Ints, frames: int) -> None:
        self.starts = starts.copy()
        self._frames = frames
        self._settle()

    def begin(self, frame: int, at: int = 0) -> None:
        """Moves the start of one sound."""
        self.starts[at] = frame
        self._settle()

    def after(self, at: int) -> int:
        """The first frame behind a sound."""
        return int(self.starts[at + 1]) if at + 1 < len(self.starts) else self._frames

    def _settle(self) -> None:
        order = np.arange(len(self.starts))
        self.starts = np.maximum.accumulate(np.maximum(self.starts, 0) - order) + order


def _starts(
    sentence: Sentence, spans: Sequence[tuple[int, int, int]], ends: Ints
) -> tuple[Ints, list[range]]:
    """The frame that each sound starts at by its token, and the sounds of each word."""
    starts: list[int] = []
    words: list[range] = []
    behind = 0  # the token behind the word before and its punctuation
    for word, (_, first, last) in zip(sentence.words, spans, strict=True):
        parts = word_parts(word)
        if sum(map(len, parts)) != last - first:
            raise ValueError(f"The word {word.text} has {last - first} tokens, not {sum(map(len, parts))}.")
        words.append(range(len(starts), len(starts) + len(parts)))
        starts += _word_starts(parts, first, ends, blank=first > behind)
        behind = last + bool(word.mark)
    return np.array(starts, np.int64), words


def _word_starts(parts: Sequence[str], first: int, ends: Ints, blank: bool) -> Iterator[int]:
    """Of a word's sounds; a silent initial takes the first quarter of its final."""
    token = first
    held = False
    for place, part in enumerate(parts):
        start = int(ends[token])
        if place == 0 and blank and first:
            start = int(ends[first - 1])  # where the blank starts
        if held:
            begun, end = int(ends[token]), int(ends[token + len(part)])
            start = begun + max(1, (end - begun) // 4)
        yield start
        held = not part
        token += len(part)


def _breaks(
    sentence: Sentence, words: Sequence[range], sounds: _Sounds, loud: NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """The frames of the break behind each word but the last; sounds are moved to make room for pauses."""
    for word, (own, following) in zip(sentence.words, pairwise(words), strict=False):
        if not (word.mark or word.break_after >= 3):
            start = int(sounds.starts[following[0]])
            yield start, start
            continue
        window = int(sounds.starts[own[-1]]) + 1, sounds.after(following[0]) - 1
        start, end = _longest_silence(loud, *window)
        if end - start < _SHORTEST_PAUSE:
            start = end = int(sounds.starts[following[0]])
        sounds.begin(end, following[0])
        yield start, end


def _longest_silence(loud: NDArray[np.bool_], first: int, last: int) -> tuple[int, int]:
    best = run = (first, first)
    for frame in range(first, min(last, len(loud))):
        run = (frame + 1, frame + 1) if loud[frame] else (run[0], frame + 1)
        best = max(best, run, key=lambda span: span[1] - span[0])
    return best


def _first(loud: NDArray[np.bool_], start: int, end: int) -> int:
    """The first frame with sound in a range, else its end less one."""
    heard = np.flatnonzero(loud[start:end])
    return start + int(heard[0]) if len(heard) else max(start, end - 1)


def _last(loud: NDArray[np.bool_], start: int) -> int:
    """The frame behind the last sound from ``start`` on, which has at least one frame."""
    heard = np.flatnonzero(loud[start:])
    return start + (int(heard[-1]) + 1 if len(heard) else 1)


def _assembled(starts: Ints, words: Sequence[range], breaks: Sequence[tuple[int, int]]) -> Alignment:
    bounds: list[int] = []  # the start of each symbol
    for own, (start, _) in zip(words, breaks, strict=True):
        bounds += [int(starts[sound]) for sound in own] + [start]
    bounds.append(breaks[-1][1])
    durations: Ints = np.asarray(np.diff(np.array(bounds)), np.int64)
    if (durations < 0).any():
        raise ValueError("The parts of the sentence overlap.")
    return Alignment(bounds[0], durations)
