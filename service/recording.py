"""A whole text as encoded audio: what a response, the cache and ``qingsheng say`` need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from service.audio.encode import encode
from service.speech import Chunk
from service.voice import WordTiming

_WORD_BYTES = 200  # about what a WordTiming with its text and numbers takes
_SYLLABLE_BYTES = 160  # likewise a SyllableTiming
_OTHER_BYTES = 1000  # likewise for the rest of a Recording


@dataclass(frozen=True, slots=True)
class Recording:
    """A text as it was spoken and encoded.

    Attributes:
        audio: a complete file in that format (or headerless PCM).
        format: one of ``service.audio.encode.FORMATS``.
        sample_rate: of the audio, in Hz.
        seconds: how long it plays.
        words: when each word is heard, from the start of the audio.
        queue_seconds: the time that its sentences waited for their turns.
        synthesis_seconds: the time it took to speak it.
        encode_seconds: the time it took to encode it.
    """

    audio: bytes
    format: str
    sample_rate: int
    seconds: float
    words: tuple[WordTiming, ...]
    queue_seconds: float
    synthesis_seconds: float
    encode_seconds: float

    @property
    def size(self) -> int:
        """About the bytes of memory that it takes."""
        syllables = sum(len(word.syllables) for word in self.words)
        timings = _WORD_BYTES * len(self.words) + _SYLLABLE_BYTES * syllables
        return len(self.audio) + timings + _OTHER_BYTES


def record(
    chunks: Iterator[Chunk],
    audio_format: str,
    sample_rate: int | None = None,
    heard: Callable[[Chunk], None] = lambda _: None,
) -> Recording:
    """Encodes a text while it is being spoken.

    Args:
        chunks: of ``Synthesizer.stream``.
        audio_format: one of ``service.audio.encode.FORMATS``.
        sample_rate: of the result in Hz, or None for the voice's own.
        heard: called with each chunk as it comes.

    Raises:
        SpeechError, FrontEndError, BusyError, PatienceError, VoiceError: as ``Synthesizer.stream`` says.
    """
    take = _Take(heard)
    started = time.perf_counter()
    heeded = take.listen(chunks)
    first = next(heeded)  # a text that can be spoken has at least one sentence
    rate = sample_rate or first.sample_rate
    samples = (chunk.samples for chunk in chain([first], heeded))
    audio = encode(samples, first.sample_rate, rate, audio_format)
    total = time.perf_counter() - started
    return Recording(
        audio=audio,
        format=audio_format,
        sample_rate=rate,
        seconds=take.samples / first.sample_rate,
        words=tuple(take.words),
        queue_seconds=take.queued,
        synthesis_seconds=take.waited - take.queued,
        encode_seconds=total - take.waited,
    )


class _Take:
    """Notes what goes by on the way from the synthesizer to the encoder."""

    def __init__(self, heard: Callable[[Chunk], None]) -> None:
        self.words: list[WordTiming] = []
        self.samples = 0
        self.waited = 0.0
        self.queued = 0.0
        self._heard = heard

    def listen(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        while True:
            asked = time.perf_counter()
            chunk = next(chunks, None)
            self.waited += time.perf_counter() - asked
            if chunk is None:
                return
            self.queued += chunk.queued
            self.words.extend(chunk.words)
            self.samples += len(chunk.samples)
            self._heard(chunk)
            yield chunk
