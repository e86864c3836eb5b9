"""The vocoder in each precision, side by side on one thread: ``python -m bench.vocoder``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import click
import numpy as np
from numpy.typing import NDArray

from bench.engine_voice import bench_voice
from bench.table import markdown
from service.embedded import embedded_voices
from service.models.line import SymbolLine
from service.runtime.export.mels import mels, voiced
from service.runtime.exported import ExportedVoice, read_exported
from service.runtime.native.binding import load_library
from service.runtime.vocoder import Vocoder
from service.text.frontend import FrontEnd
from service.text.symbols import SymbolRenderer

Floats = NDArray[np.float32]

_PRECISIONS = ("fp32", "int16", "int8")
_ROUNDS = 5
_TEXT = "您要找的王经理正在开会，我十分钟以后请他给您回电话。"


@dataclass(frozen=True, slots=True)
class Precision:
    """What a precision costs, and how close it is.

    Attributes:
        name: ``"fp32"``, ``"int16"`` or ``"int8"``.
        rtf: seconds of CPU time a second of speech, the best of some rounds.
        times: faster than fp32.
        snr: of what it says against what fp32 says, in dB; infinite for fp32.
    """

    name: str
    rtf: float
    times: float
    snr: float


@click.command()
def main() -> None:
    """Compares the precisions on a voice of official size with random weights, and on an embedded one."""
    voices = {
        "official size": read_exported(bench_voice(None).exported)[0],
        "embedded": embedded_voices()[0],
    }
    rows = [_row(size, found) for size, voice in voices.items() for found in compared(voice)]
    click.echo(markdown(("voice", "vocoder", "RTF", "times faster", "SNR, dB"), rows))


def compared(voice: ExportedVoice) -> Iterator[Precision]:
    """Measures the precisions that the voice and this machine have, fp32 first."""
    (mel,) = mels(voice, [_line(voice.unit.speakers[0])])
    library = load_library()
    vocoders = {name: Vocoder(voice, name, library) for name in _PRECISIONS}
    able = [vocoder for name, vocoder in vocoders.items() if vocoder.precision == name]
    takes = [voiced(vocoder, mel) for vocoder in able]
    rounds = [[_seconds(vocoder, mel) for vocoder in able] for _ in range(_ROUNDS)]
    best, audio = np.min(rounds, axis=0), len(takes[0]) / voice.sample_rate
    for vocoder, seconds, take in zip(able, best, takes, strict=True):
        yield Precision(vocoder.precision, seconds / audio, best[0] / seconds, snr(takes[0], take))


def snr(exact: Floats, other: Floats) -> float:
    """Signal to noise ratio in dB; infinite where both are the same."""
    noise = float(np.square(exact - other).sum())
    return 10 * float(np.log10(np.square(exact).sum() / noise)) if noise else float("inf")


def _line(speaker: str) -> SymbolLine:
    (sentence,) = FrontEnd().read(_TEXT)
    return SymbolLine.plain(" ".join(symbol.text for symbol in SymbolRenderer().symbols(sentence, speaker)))


def _seconds(vocoder: Vocoder, mel: Floats) -> float:
    started = time.thread_time()
    voiced(vocoder, mel)
    return time.thread_time() - started


def _row(size: str, found: Precision) -> tuple[str, ...]:
    distance = "–" if found.snr == float("inf") else f"{found.snr:.0f}"
    return size, found.name, f"{found.rtf:.4f}", f"{found.times:.1f}", distance


if __name__ == "__main__":
    main()
