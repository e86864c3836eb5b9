"""The one door to speech: an utterance in, a stream of audio chunks out."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from service.audio.join import Fader, silence
from service.audio.resample import Resampler
from service.runtime.gate import Gate
from service.text.frontend import FrontEnd, Reading
from service.text.sentence import Sentence, Style, Word
from service.voice import Clip, Samples, Voice, WordTiming

_SENTENCE_PAUSE = 0.4  # seconds behind a sentence
_COMMA_PAUSE = 0.2  # behind one that is only a part of a sentence too long to speak at once
_COMMAS = "，、：；"
_WARM_UP = "你好。"


class SpeechError(ValueError):
    """An utterance asks for what no voice here can do; the message is fit for a client."""


class UnknownVoiceError(SpeechError):
    """There is no voice of that name."""


class UnknownEmotionError(SpeechError):
    """The voice cannot express that emotion."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text, plain or SSML, and the style that holds where its SSML says nothing else."""

    text: str
    style: Style = field(default_factory=Style)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a sentence of an utterance as sound, with the silence that belongs to it.

    Attributes:
        samples: shape (n,), in [-1, 1]; n may be 0.
        sample_rate: in Hz, the same for all chunks of an utterance.
        words: when each word of the sentence is heard, in seconds from the start of the utterance; with
            the sentence's first chunk only.
        text: the sentence as it is spoken, with its first chunk; empty with the others.
        end_char: up to where the source text has been spoken by the end of this chunk.
        queued: seconds that the sentence waited for its turn, with its first chunk; 0 with the others.
    """

    samples: Samples
    sample_rate: int
    words: tuple[WordTiming, ...]
    text: str
    end_char: int
    queued: float


class Synthesizer:
    """Speaks utterances. Safe to share between threads.

    Attributes:
        voices: by name, the default first.
        default_voice: speaks where no voice is named.
    """

    def __init__(self, frontend: FrontEnd, voices: Sequence[Voice], gate: Gate) -> None:
        """Takes at least one voice, the default first; each sentence takes a turn at the gate.

        Raises:
            ValueError: there is no voice.
        """
        if not voices:
            raise ValueError("A synthesizer needs at least one voice.")
        self._frontend = frontend
        self._gate = gate
        self.voices: Mapping[str, Voice] = MappingProxyType({voice.name: voice for voice in voices})
        self.default_voice: Voice = voices[0]

    def warm(self) -> None:
        """Speaks a few syllables with every voice, so that the first request finds all loaded."""
        for name in self.voices:
            for _ in self.stream(Utterance(_WARM_UP, Style(voice=name))):
                pass

    def stream(self, utterance: Utterance) -> Generator[Chunk, None, None]:
        """Speaks an utterance sentence by sentence, giving sound as soon as there is some.

        Closing the generator stops the work.

        Raises:
            FrontEndError: the text cannot be read. Raised by the call itself, as are the next two.
            UnknownVoiceError: the style or the SSML names a voice that is not there.
            UnknownEmotionError: likewise an emotion that its voice does not have.
            BusyError: too many wait already. Raised when the first chunk is asked for.
            VoiceError: a sentence cannot be spoken. Raised when its next chunk is asked for.
        """
        reading = self._frontend.read(utterance.text, utterance.style)
        self._check(reading.styles)
        return self._chunks(reading)

    def _check(self, styles: Iterable[Style]) -> None:
        for style in styles:
            voice = self._voice(style)
            if style.emotion not in voice.emotions:
                known = ", ".join(voice.emotions)
                raise UnknownEmotionError(
                    f"The voice {voice.name} has no emotion {_quoted(style.emotion)}; it has {known}."
                )

    def _voice(self, style: Style) -> Voice:
        if style.voice is None:
            return self.default_voice
        if style.voice not in self.voices:
            known = ", ".join(self.voices)
            raise UnknownVoiceError(f"There is no voice {_quoted(style.voice)}; the voices are {known}.")
        return self.voices[style.voice]

    def _chunks(self, reading: Reading) -> Generator[Chunk, None, None]:
        heard = 0  # samples so far
        for number, (sentence, following) in enumerate(_with_following(reading)):
            voice = self._voice(sentence.style)
            lead = sentence.lead if number == 0 else 0.0
            take = _Take(sentence, voice, self.default_voice.sample_rate, heard, lead)
            with closing(self._spoken(voice, sentence, again=number > 0)) as clips:
                for clip, queued in clips:
                    yield take.chunk(clip, _pause(sentence, following) if clip.last else 0.0, queued)
            heard = take.heard

    def _spoken(
        self, voice: Voice, sentence: Sentence, *, again: bool
    ) -> Generator[tuple[Clip, float], None, None]:
        """Yields a sentence's clips, each with the seconds that were waited for a turn.

        The turn ends with the work, before whoever asked has taken the last clip.
        """
        asked = time.perf_counter()
        with ExitStack() as turn:
            turn.enter_context(self._gate.turn(again=again))
            queued = time.perf_counter() - asked
            for clip in turn.enter_context(closing(voice.speak(sentence))):
                if clip.last:
                    turn.close()
                yield clip, queued
                queued = 0.0


class _Take:
    """A sentence on its way from a voice's clips to chunks of its utterance.

    Attributes:
        heard: samples of the utterance up to the end of the last chunk.
    """

    def __init__(self, sentence: Sentence, voice: Voice, rate: int, heard: int, lead: float) -> None:
        """Takes what was heard of the utterance before, and the seconds of silence to begin with."""
        self.heard = heard
        self._sentence, self._rate = sentence, rate
        self._lead = silence(lead, rate)
        self._start = (heard + len(self._lead)) / rate
        self._resampler = Resampler(voice.sample_rate, rate)
        self._fader = Fader(rate)
        self._words: tuple[WordTiming, ...] = ()
        self._begun = False

    def chunk(self, clip: Clip, pause: float, queued: float) -> Chunk:
        """Gives the chunk that a clip becomes, with ``pause`` seconds of silence behind it."""
        sound = self._fader.push(self._resampler.push(clip.samples, last=clip.last), last=clip.last)
        samples = np.concatenate([self._lead, sound, silence(pause, self._rate)])
        words = tuple(word.moved(self._start) for word in clip.words)
        self._words += words
        self.heard += len(samples)
        text = "" if self._begun else self._sentence.text
        self._lead, self._begun = self._lead[:0], True
        end = self._sentence.end if clip.last else self._end_char()
        return Chunk(samples, self._rate, words, text, end, queued)

    def _end_char(self) -> int:
        """Up to where the source has been spoken: behind the last word that has been heard whole."""
        seconds = self.heard / self._rate
        ends = (word.end_char for word in self._words if word.end <= seconds)
        return max(ends, default=self._sentence.start)


def _with_following(sentences: Iterable[Sentence]) -> Iterator[tuple[Sentence, Sentence | None]]:
    """Yields each sentence with the one behind it, None behind the last."""
    held: Sentence | None = None
    for sentence in sentences:
        if held is not None:
            yield held, sentence
        held = sentence
    if held is not None:
        yield held, None


def _pause(sentence: Sentence, following: Sentence | None) -> float:
    """Seconds of silence behind a sentence: what the text asks for, else what its punctuation means."""
    last = sentence.words[-1]
    lead = following.lead if following else 0.0
    if last.pause is not None or lead > 0:
        return (last.pause or 0.0) + lead
    return _natural_pause(last) if following else 0.0


def _natural_pause(last: Word) -> float:
    pause = _COMMA_PAUSE if last.mark and last.mark in _COMMAS else _SENTENCE_PAUSE
    return pause / last.style.rate


def _quoted(name: str) -> str:
    """A client's word in a message, at a length fit for one."""
    return repr(name if len(name) <= 40 else name[:40] + "…")
