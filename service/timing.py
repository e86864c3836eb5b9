"""When words and syllables are heard, from how long a voice holds each symbol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.text.sentence import Sentence, Word
from service.text.symbols import Symbol
from service.voice import SyllableTiming, WordTiming

_Span = tuple[float, float]


def timings(
    sentence: Sentence, symbols: Sequence[Symbol], frames: NDArray[np.int64], frame_seconds: float
) -> tuple[WordTiming, ...]:
    """Gives the timing of every word, in seconds from the start of the sentence's audio.

    The time of a break belongs to no word. A word or syllable that no symbol stands for, or only symbols
    without a frame, begins and ends at once.

    Args:
        sentence: what is spoken.
        symbols: the sentence's, in order: ``SymbolRenderer.symbols`` or ``byte_symbols``. Bytes have no
            syllables, so neither have the words then.
        frames: the duration of each symbol in mel frames, shape (n,), none negative.
        frame_seconds: the duration of a mel frame.

    Raises:
        ValueError: there is not one duration for each symbol.
    """
    if len(frames) != len(symbols):
        raise ValueError(f"{len(symbols)} symbols need as many durations, not {len(frames)}.")
    ends = np.cumsum(frames)
    borders: list[float] = (np.concatenate([[0], ends]) * frame_seconds).tolist()
    words: dict[int, _Span] = {}
    syllables: dict[tuple[int, int], _Span] = {}
    for symbol, start, end in zip(symbols, borders, borders[1:], strict=False):
        if symbol.is_break:
            continue
        words[symbol.word] = (words.get(symbol.word, (start,))[0], end)
        if symbol.syllable is not None:
            place = symbol.word, symbol.syllable
            syllables[place] = (syllables.get(place, (start,))[0], end)
    return tuple(_words(sentence, words, syllables))


def _words(
    sentence: Sentence, words: dict[int, _Span], syllables: dict[tuple[int, int], _Span]
) -> list[WordTiming]:
    timed: list[WordTiming] = []
    for index, word in enumerate(sentence.words):
        before = timed[-1].end if timed else 0.0
        start, end = words.get(index, (before, before))
        spans = [
            (name, syllables[index, number])
            for number, name in enumerate(_syllable_names(word))
            if (index, number) in syllables
        ]
        heard = tuple(SyllableTiming(name, *span) for name, span in spans)
        timed.append(WordTiming(word.text, start, end, word.start, word.end, heard))
    return timed


def _syllable_names(word: Word) -> list[str]:
    return [*map(str, word.syllables), *map(" ".join, word.phones)]
