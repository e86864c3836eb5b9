"""Sambert-HifiGan voices as voices of the service."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from service.models.errors import ModelError, SymbolError
from service.models.line import SymbolLine
from service.observability.logs import get_logger
from service.observability.metrics import Metrics
from service.rendition import Rendition
from service.runtime.engine import Engine
from service.runtime.exported import ExportedVoice
from service.runtime.guard import UnusableSpeechError
from service.runtime.native.binding import load_library
from service.runtime.networks import Networks
from service.runtime.shelf import Shelf
from service.runtime.speaking import Speaking
from service.text.sentence import Sentence
from service.text.symbols import Symbol, SymbolRenderer
from service.voice import Clip, UnspeakableError, Voice, VoiceFailedError

_CODE_VERSION = 3  # raise it when this code or the runtime's makes the same sentence sound different
_SPEAKER = "F7"  # whom official lines name, whatever the voice
_NEUTRAL = "neutral"


class SambertVoice:
    """A voice on an engine that it may share with others. See ``service.voice.Voice``."""

    def __init__(
        self,
        voice: ExportedVoice,
        networks: Networks,
        engine: Engine,
        renderer: SymbolRenderer,
        gender: str | None = None,
    ) -> None:
        """Takes the voice and its networks, and its gender where that is known.

        Raises:
            ModelError: the voice has no neutral emotion.
        """
        if _NEUTRAL not in voice.unit.emotions:
            raise ModelError(f"The voice {voice.name} lacks the emotion {_NEUTRAL}; every voice needs it.")
        self._networks, self._engine, self._renderer, self._gender = networks, engine, renderer, gender
        # Not the voice itself, which holds a second copy of all weights.
        self._name, self._unit, self._sample_rate = voice.name, voice.unit, voice.sample_rate
        self._version = f"{voice.fingerprint}-{networks.vocoder.precision}-{_CODE_VERSION}"
        self._speaker = _SPEAKER if _SPEAKER in voice.unit.speakers else voice.unit.speakers[0]

    @property
    def name(self) -> str:
        """How requests choose it."""
        return self._name

    @property
    def gender(self) -> str | None:
        """``"female"``, ``"male"``, or None where it is not known."""
        return self._gender

    @property
    def sample_rate(self) -> int:
        """Of the clips, in Hz."""
        return self._sample_rate

    @property
    def emotions(self) -> tuple[str, ...]:
        """The names that it can express, neutral first."""
        return (_NEUTRAL, *(name for name in self._unit.emotions if name != _NEUTRAL))

    @property
    def version(self) -> str:
        """What the voice was made of, and what runs it."""
        return self._version

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        """Speaks one sentence, each word in its own style, and yields clips as the networks give sound.

        Raises:
            UnspeakableError: the voice does not know a symbol of the sentence.
            VoiceFailedError: the networks gave what cannot be speech.
        """
        symbols = self._symbols(sentence)
        speaking = self._engine.speak(self._networks, _line(symbols))
        try:
            yield from self._clips(sentence, symbols, speaking)
        except SymbolError as error:
            raise UnspeakableError(self._complaint(sentence, symbols, error)) from error
        except UnusableSpeechError as error:
            raise VoiceFailedError(str(error)) from error
        finally:
            speaking.cancelled = True

    def close(self) -> None:
        """Ends the engine, for all voices that share it."""
        self._engine.close()

    def _symbols(self, sentence: Sentence) -> list[Symbol]:
        if self._unit.byte_input:
            return self._renderer.byte_symbols(sentence, self._speaker)
        return self._renderer.symbols(sentence, self._speaker)

    def _clips(
        self, sentence: Sentence, symbols: Sequence[Symbol], speaking: Speaking
    ) -> Generator[Clip, None, None]:
        plan, hop = speaking.plan(), self._networks.vocoder.hop
        rendition = Rendition(sentence, symbols, plan.durations * hop, plan.owners, self.sample_rate)
        for samples in speaking.samples():
            if clip := rendition.clip(samples):
                yield clip

    def _complaint(self, sentence: Sentence, symbols: Sequence[Symbol], error: SymbolError) -> str:
        """Names the first word that the voice cannot read."""
        for index, word in enumerate(sentence.words):
            line = " ".join(symbol.text for symbol in symbols if symbol.word == index)
            if fault := self._fault(line):
                return f"The voice {self.name} cannot say {word.text!r}. {fault}"
        return str(error)

    def _fault(self, line: str) -> str | None:
        try:
            self._unit.encode(line)
        except SymbolError as error:
            return str(error)
        return None


def load_sambert_voices(
    voices: Sequence[ExportedVoice],
    threads: int,
    precision: str | None,
    metrics: Metrics | None = None,
    genders: Mapping[str, str] = MappingProxyType({}),
) -> list[Voice]:
    """Loads exported voices, the default first; one engine speaks for them all.

    Call it in the process that speaks, behind any fork.

    Args:
        voices: the first is the default.
        threads: that compute.
        precision: of the vocoders, ``"int8"``, ``"int16"`` or ``"fp32"``; None takes int8 where a voice's
            export found it good, else int16 where this CPU can.
        metrics: count what becomes of lines.
        genders: by the names of voices, as far as they are known.

    Raises:
        ModelError: a voice has no neutral emotion.
    """
    engine, library, renderer, shelf = Engine(threads, metrics), load_library(), SymbolRenderer(), Shelf()
    if library is None:
        get_logger().warning("decoder_not_compiled", effect="the decoder takes four to five times as long")
    networks = [Networks(voice, library, precision, shelf) for voice in voices]
    return [
        SambertVoice(voice, loaded, engine, renderer, genders.get(voice.name))
        for voice, loaded in zip(voices, networks, strict=True)
    ]


def _line(symbols: Sequence[Symbol]) -> SymbolLine:
    styles = [symbol.style for symbol in symbols]
    return SymbolLine(
        text=" ".join(symbol.text for symbol in symbols),
        intensity=np.array([style.intensity for style in styles], np.float32),
        rate=np.array([style.rate for style in styles], np.float32),
        pitch=np.array([style.pitch for style in styles], np.float32),
    )
