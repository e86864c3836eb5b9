"""A service whose voice speaks a sentence only when a test lets it."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from service.app import create_app
from service.parts import build_parts
from service.runtime.gate import Gate
from service.settings import Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence
from service.voice import Clip
from tests.web.caller import served
from tests.web.sine import SineVoice


@dataclass
class PacedVoice(SineVoice):
    """Hums; ``let(n)`` lets it speak as many sentences."""

    permits: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        self.permits.acquire()
        yield from super().speak(sentence)

    def let(self, sentences: int) -> None:
        self.permits.release(sentences)


@contextmanager
def paced(frontend: FrontEnd, folder: Path, **settings: object) -> Iterator[tuple[PacedVoice, int]]:
    """The voice, and the port of its service."""
    voice = PacedVoice("paced")
    with served(_app(voice, frontend, Settings(cache_dir=folder, **settings))) as port:  # type: ignore[arg-type]
        try:
            yield voice, port
        finally:
            voice.let(1000)  # whoever still waits


def _app(voice: PacedVoice, frontend: FrontEnd, settings: Settings) -> Flask:
    parts = build_parts(settings)
    parts.engine.hold(Synthesizer(frontend, [voice], Gate(4, 30)))
    return create_app(parts)
