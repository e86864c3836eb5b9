"""What a voice itself says, as its vocoder is given it: for calibration and for judging int8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.models.line import SymbolLine
from service.runtime.engine import Engine
from service.runtime.exported import ExportedVoice
from service.runtime.graph_vocoder import GraphSentence
from service.runtime.native.binding import load_library
from service.runtime.networks import Networks
from service.runtime.vocoder import Vocoder

Floats = NDArray[np.float32]

_PIECE = 64  # frames; longer ones calibrate no better and take more memory


def mels(voice: ExportedVoice, lines: Sequence[SymbolLine]) -> Iterator[Floats]:
    """Yields the mel of each line, shape (frames, mels), as the postnet gives it."""
    networks = Networks(voice, load_library(), "fp32")
    with Engine(threads=1) as engine:
        for line in lines:
            speaking = engine.speak(networks, line, keep_mel=True)
            for _ in speaking.samples():
                pass
            yield speaking.mel()


def vocoder_inputs(voice: ExportedVoice, lines: Sequence[SymbolLine]) -> Iterator[dict[str, NDArray[Any]]]:
    """Yields inputs of the vocoder's graph: pieces of what the voice says."""
    vocoder = Vocoder(voice, "fp32")
    for mel in mels(voice, lines):
        for start in range(0, len(mel), _PIECE):
            piece = mel[start : start + _PIECE]
            stream = vocoder.start(len(piece))
            stream.push(piece, np.ones(len(piece), np.float32))
            assert isinstance(stream.sentence, GraphSentence)  # noqa: S101  as all in fp32
            yield stream.sentence.inputs(len(piece))


def voiced(vocoder: Vocoder, mel: Floats) -> Floats:
    """Gives the samples of a mel, shape (frames * hop,), made in pieces."""
    stream = vocoder.start(len(mel))
    stream.push(mel, np.ones(len(mel), np.float32))
    sizes = [len(mel[start : start + _PIECE]) for start in range(0, len(mel), _PIECE)]
    return np.concatenate([stream.speak(size) for size in sizes])
