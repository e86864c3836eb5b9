"""Where texts are spoken to be judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.scoring.judge import Take
from service.parts import build_synthesizer
from service.settings import Settings
from service.speech import Utterance
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Style

_TEXTS = Path(__file__).parent / "texts"


def texts(name: str) -> list[str]:
    """The texts of ``bench/texts/<name>.txt``, one a line."""
    return (_TEXTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


class Studio:
    """The synthesizer as the service has it, and what it was meant to say."""

    def __init__(self, settings: Settings) -> None:
        self._frontend = FrontEnd(settings.lexicon)
        self._synthesizer = build_synthesizer(settings)

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
