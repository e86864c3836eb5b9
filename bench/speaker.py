"""An exported voice on the engine, as it is served, with a clock."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from service.models.line import SymbolLine
from service.runtime.engine import Engine
from service.runtime.exported import read_exported
from service.runtime.native.binding import load_library
from service.runtime.networks import Networks


class Spoken(NamedTuple):
    """A line that has been spoken: seconds until its end and its first samples, and seconds of speech."""

    seconds: float
    first: float
    speech: float


class Speaker:
    """The first voice of an export. It imports the runtime alone, neither PyTorch nor the front end.

    Attributes:
        networks: the voice's.
        rate: samples a second.
    """

    def __init__(self, folder: Path, precision: str) -> None:
        """Loads the voice, with its vocoder in ``"int8"`` or ``"fp32"``."""
        self._voice = read_exported(folder)[0]  # kept, as the service keeps it
        self.networks = Networks(self._voice, load_library(), precision)
        self.rate = self._voice.sample_rate

    def speak(self, engine: Engine, text: str) -> Spoken:
        """Speaks a line of symbols to its end."""
        started, first, samples = time.perf_counter(), 0.0, 0
        for piece in engine.speak(self.networks, SymbolLine.plain(text)).samples():
            first = first or time.perf_counter() - started
            samples += len(piece)
        return Spoken(time.perf_counter() - started, first, samples / self.rate)
