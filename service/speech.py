"""The one door to speech: an utterance in, a stream of audio chunks out."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from service.audio.join import Fader, silence
from service.audio.pcm import quantized
from service.audio.resample import Resampler
from service.clips import ClipStore, clip_key, shifted
from service.runtime.gate import Admission, Gate
from service.runtime.patience import Patience
from service.text.frontend import FrontEnd, Reading
from service.text.sentence import Sentence, Style
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
        last: no other chunk of the sentence follows.
        cached: the sentence was spoken before, and kept.
    """

    samples: Samples
    sample_rate: int
    words: tuple[WordTiming, ...]
    text: str
    end_char: int
    queued: float
    last: bool = True
    cached: bool = False


class Synthesizer:
    """Speaks utterances. Safe to share between threads.

    Attributes:
        voices: by name, the default first.
        default_voice: speaks where no voice is named.
    """

    def __init__(
        self, frontend: FrontEnd, voices: Sequence[Voice], gate: Gate, kept: ClipStore | None = None
    ) -> None:
        """Takes at least one voice, the default first; each sentence takes a turn at the gate.

        Sentences that are in ``kept`` are taken from there, and all others put there.

        Raises:
            ValueError: there is no voice.
        """
        if not voices:
            raise ValueError("A synthesizer needs at least one voice.")
        self._frontend = frontend
        self._gate = gate
        self._kept = kept
        self.voices: Mapping[str, Voice] = MappingProxyType({voice.name: voice for voice in voices})
        self.default_voice: Voice = voices[0]

    @property
    def version(self) -> tuple[str, ...]:
        """Changes whenever the same utterance may be read or sound different."""
        return self._frontend.version, *sorted(
            f"{name} {voice.version}" for name, voice in self.voices.items()
        )

    @property
    def queue(self) -> tuple[int, float]:
        """How many sentences wait for their turn, and how many seconds of work have been taken on."""
        return self._gate.waiting, self._gate.seconds

    def warm(self) -> None:
        """Speaks a few syllables with every voice, so that the first request finds all loaded.

        What is kept does not do: it would be found there, and nothing loaded.
        """
        fresh = Synthesizer(self._frontend, list(self.voices.values()), self._gate)
        for name in self.voices:
            for _ in fresh.stream(Utterance(_WARM_UP, Style(voice=name))):
                pass

    def close(self) -> None:
        """Ends what the voices run in the background; they speak no more."""
        for voice in self.voices.values():
            voice.close()

    def stream(self, utterance: Utterance, patience: Patience | None = None) -> Generator[Chunk, None, None]:
        """Speaks an utterance sentence by sentence, giving sound as soon as there is some.

        Closing the generator stops the work, as does the end of ``patience``.

        Raises:
            FrontEndError: the text cannot be read. Raised by the call itself, as are the next two.
            UnknownVoiceError: the style or the SSML names a voice that is not there.
            UnknownEmotionError: likewise an emotion that its voice does not have.
            BusyError: too much work waits already. Raised when the first chunk is asked for.
            PatienceError: the caller does not wait any longer. Raised when a chunk is asked for.
            VoiceError: a sentence cannot be spoken. Raised when its next chunk is asked for.
        """
        reading = self._frontend.read(utterance.text, utterance.style)
        self._check(reading.styles)
        return self._chunks(reading, len(utterance.text), patience or Patience())

    def check(self, utterance: Utterance) -> None:
        """Raises what ``stream`` would raise by itself, without speaking."""
        self._check(self._frontend.read(utterance.text, utterance.style).styles)

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

    def _chunks(self, reading: Reading, length: int, patience: Patience) -> Generator[Chunk, None, None]:
        heard = 0  # samples so far
        with ExitStack() as stack:
            turns = _Turns(self._gate, patience, stack)
            for number, (sentence, following) in enumerate(_with_following(reading)):
                patience.check()
                turns.missing = length - sentence.start
                voice = self._voice(sentence.style)
                lead = sentence.lead if number == 0 else 0.0
                take = _Take(sentence, voice, self.default_voice.sample_rate, heard, lead)
                with closing(self._clips(voice, sentence, turns)) as clips:
                    for clip, queued in clips:
                        yield take.chunk(clip, _pause(sentence, following) if clip.last else 0.0, queued)
                        patience.check()
                heard = take.heard

    def _clips(
        self, voice: Voice, sentence: Sentence, turns: _Turns
    ) -> Generator[tuple[Clip, float | None], None, None]:
        """Yields a sentence's clips, each with the seconds waited for a turn, or None where it was kept."""
        if self._kept is None:
            yield from self._spoken(voice, sentence, turns)
            return
        key = clip_key(voice, sentence)
        if kept := self._kept.get(key):
            yield from ((shifted(clip, sentence.start), None) for clip in kept)
            return
        spoken: list[Clip] = []
        with closing(self._spoken(voice, sentence, turns)) as clips:
            for clip, queued in clips:
                spoken.append(shifted(clip, -sentence.start))
                if clip.last:
                    self._kept.put(key, spoken)
                yield clip, queued

    def _spoken(
        self, voice: Voice, sentence: Sentence, turns: _Turns
    ) -> Generator[tuple[Clip, float], None, None]:
        """Speaks a sentence. The turn ends with the work, before whoever asked has taken the last clip."""
        asked = time.perf_counter()
        with ExitStack() as turn:
            turn.enter_context(turns.next(len(sentence.text)))
            queued = time.perf_counter() - asked
            for clip in turn.enter_context(closing(voice.speak(sentence))):
                if clip.last:
                    turn.close()
                yield replace(clip, samples=quantized(clip.samples)), queued
                queued = 0.0


class _Turns:
    """The turns of one utterance. It is let in with the first sentence that is not at hand already.

    Attributes:
        missing: characters of the source text that are yet to be spoken.
    """

    def __init__(self, gate: Gate, patience: Patience, stack: ExitStack) -> None:
        """The admission ends with ``stack``."""
        self.missing = 0
        self._gate, self._patience, self._stack = gate, patience, stack
        self._admission: Admission | None = None

    @contextmanager
    def next(self, characters: int) -> Iterator[None]:
        """Waits for a turn and holds it, to speak that many characters.

        Raises:
            BusyError, PatienceError: as ``Gate`` says.
        """
        if self._admission is None:
            admitting = self._gate.admit(self.missing, self._patience)
            self._admission = self._stack.enter_context(admitting)
        with self._admission.turn(characters):
            yield


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

    def chunk(self, clip: Clip, pause: float, queued: float | None) -> Chunk:
        """Gives the chunk that a clip becomes, with ``pause`` seconds of silence behind it.

        ``queued`` is None where the sentence was kept.
        """
        sound = self._fader.push(self._resampler.push(clip.samples, last=clip.last), last=clip.last)
        samples = np.concatenate([self._lead, sound, silence(pause, self._rate)])
        words = tuple(word.moved(self._start) for word in clip.words)
        self._words += words
        self.heard += len(samples)
        text = "" if self._begun else self._sentence.text
        self._lead, self._begun = self._lead[:0], True
        end = self._sentence.end if clip.last else self._end_char()
        return Chunk(samples, self._rate, words, text, end, queued or 0.0, clip.last, queued is None)

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
    return sentence_pause(last.mark, last.style.rate) if following else 0.0


def sentence_pause(mark: str, rate: float) -> float:
    """Seconds of silence between a sentence that ends with ``mark`` and the next one, at a speaking rate."""
    return (_COMMA_PAUSE if mark and mark in _COMMAS else _SENTENCE_PAUSE) / rate


def _quoted(name: str) -> str:
    """A client's word in a message, at a length fit for one."""
    return repr(name if len(name) <= 40 else name[:40] + "…")
