"""What becomes of a sentence behind the networks: volume, pauses, and the times of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from service.audio.envelope import Envelope
from service.audio.splice import Splice, spliced
from service.audio.trim import Trimmer
from service.text.sentence import Sentence
from service.text.symbols import Symbol
from service.timing import timings
from service.voice import Clip, Samples, WordTiming

Integers = NDArray[np.int64]
_Spans = dict[int, tuple[int, int]]


class Rendition:
    """A sentence whose durations are known, on its way from the networks' samples to clips.

    Inside, places are samples from the start of what the networks give.
    """

    def __init__(
        self,
        sentence: Sentence,
        symbols: Sequence[Symbol],
        durations: Integers,
        owners: Integers,
        sample_rate: int,
    ) -> None:
        """Lays the sentence out.

        Args:
            sentence: what is spoken.
            symbols: the sentence's.
            durations: in samples, of each symbol and of the filled pauses put in, shape (m,).
            owners: the index of the symbol that each duration belongs to, shape (m,); a filled pause
                lies before its symbol.
            sample_rate: in Hz.
        """
        self._rate = sample_rate
        self._missing = int(durations.sum())  # samples that are yet to come
        self._place = 0  # of the first sample of the next clip
        self._begun = False
        own = np.flatnonzero(np.diff(owners, append=len(symbols)))  # the rows of the symbols themselves
        self._words = timings(sentence, _rows(symbols, owners, own), durations, 1 / sample_rate)
        self._trimmer = Trimmer(sample_rate, (self._end(0), self._end(-1)))
        self._envelope = Envelope([word.style.volume for word in sentence.words], self._steps(), sample_rate)
        ends = np.cumsum(durations)
        breaks = _breaks(symbols, (ends - durations)[own].tolist(), ends[own].tolist())
        self._splices = self._pauses(sentence, breaks)

    def clip(self, samples: Samples) -> Clip | None:
        """Takes the next samples and gives what they make audible, or None as long as all may be silence.

        The clip of a sentence's last sample is the last.
        """
        self._missing -= len(samples)
        last = self._missing <= 0
        sound = self._trimmer.push(samples, last=last)
        if not (len(sound) or last):
            return None
        words = () if self._begun else self._heard_words()
        self._place, self._begun = self._place if self._begun else self._trimmer.cut, True
        louder = self._envelope.applied(sound, self._place)
        clip = Clip(spliced(louder, self._place, list(self._splices.values()), self._rate), words, last)
        self._place += len(sound)
        return clip

    def _end(self, word: int) -> int:
        return round(self._words[word].end * self._rate)

    def _steps(self) -> list[int]:
        """Where one word's volume gives way to the next one's: between them."""
        gaps = zip(self._words, self._words[1:], strict=False)
        return [round((word.end + following.start) / 2 * self._rate) for word, following in gaps]

    def _pauses(self, sentence: Sentence, breaks: _Spans) -> dict[int, Splice]:
        """A splice for each word inside the sentence with a pause of its own."""
        splices: dict[int, Splice] = {}
        for index, word in enumerate(sentence.words[:-1]):
            if word.pause is not None:
                start, end = breaks.get(index, (self._end(index),) * 2)
                splices[index] = Splice.lasting(start, end, round(word.pause * self._rate))
        return splices

    def _heard_words(self) -> tuple[WordTiming, ...]:
        """The words' times in the clips: without the silence cut off before, with the pauses as asked."""
        words: list[WordTiming] = []
        shift = -self._trimmer.cut
        for index, word in enumerate(self._words):
            words.append(word.moved(shift / self._rate))
            shift += self._splices[index].growth if index in self._splices else 0
        return tuple(words)


def _rows(symbols: Sequence[Symbol], owners: Integers, own: Integers) -> list[Symbol]:
    """A symbol for each duration; a filled pause is a break, so that it counts to no word's time."""
    rows = [replace(symbols[owner], syllable=None, is_break=True) for owner in owners.tolist()]
    for row, symbol in zip(own.tolist(), symbols, strict=True):
        rows[row] = symbol
    return rows


def _breaks(symbols: Sequence[Symbol], starts: Sequence[int], ends: Sequence[int]) -> _Spans:
    """From where to where the break behind each word lasts, for those that have symbols for it."""
    spans: _Spans = {}
    for symbol, start, end in zip(symbols, starts, ends, strict=True):
        if symbol.is_break:
            spans[symbol.word] = (spans.get(symbol.word, (start,))[0], end)
    return spans
