"""Where texts are spoken to be judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.scoring.judge import Take
from service.runtime.gate import Gate
from service.speech import Synthesizer, Utterance
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Style
from service.voice import Voice

_TEXTS = Path(__file__).parent / "texts"


def texts(name: str) -> list[str]:
    """The texts of ``bench/texts/<name>.txt``, one a line."""
    return (_TEXTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


class Studio:
    """Voices that speak as in the service, one text at a time, and what they were meant to say."""

    def __init__(self, frontend: FrontEnd, voices: Sequence[Voice]) -> None:
        """Takes at least one voice, the default first."""
        self._frontend = frontend
        self._synthesizer = Synthesizer(frontend, voices, Gate(1, 0))

    @property
    def voices(self) -> dict[str, Sequence[str]]:
        """The emotions of each voice by its name; the first voice is the default."""
        return {name: voice.emotions for name, voice in self._synthesizer.voices.items()}

    def record(self, text: str, style: Style) -> Take:
        """Speaks a text whole.

        Raises:
            SpeechError, FrontEndError: the text or the style cannot be spoken.
        """
        sentences = list(self._frontend.read(text, style))
        chunks = list(self._synthesizer.stream(Utterance(text, style)))
        return Take(
            said="".join(sentence.text for sentence in sentences),
            syllables=sum(map(_syllables, sentences)),
            samples=np.concatenate([chunk.samples for chunk in chunks]),
            sample_rate=chunks[0].sample_rate,
        )


def _syllables(sentence: Sentence) -> int:
    return sum(len(word.syllables) + len(word.phones) for word in sentence.words)
