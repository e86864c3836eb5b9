"""The tables that ``bench.engine`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bench.machine import Pace, acoustic_macs, floor, vocoder_macs
from bench.table import markdown
from service.models.weights import Tensors, VoiceWeights

_NONE = "–"


class Key(NamedTuple):
    """What was measured, of lines of how many characters (or of how many lines at once), and how."""

    what: str
    size: int
    threads: int
    precision: str = ""


Figures = Mapping[Key, float]
"""Seconds, real-time factors, seconds of speech a second, or MB."""


@dataclass(frozen=True)
class Report:
    """What a run has found.

    Attributes:
        weights: the voice's.
        peaks: operations a second by threads and precision.
        figures: all that was measured.
    """

    weights: VoiceWeights
    peaks: Mapping[int, Mapping[str, float]]
    figures: Figures

    def tables(self) -> Iterator[str]:
        """Yields the tables in the order of printing."""
        yield self._lines()
        if self._keys("crowd"):
            yield self._crowds()
        yield self._torch()
        yield self._machine()

    def _lines(self) -> str:
        header = ("one line", "acoustic RTF", "× floor", "vocoder RTF", "× floor", "total RTF", "× floor")
        rows = ([_named(key), *self._line(key)] for key in self._keys("total"))
        return markdown((*header, "first audio, ms", "peak RSS, MB"), rows)

    def _line(self, key: Key) -> Iterator[str]:
        """Both models were timed on one thread; the engine on as many as the row says."""
        acoustic, vocoder = self._floors(key)
        for what, least in (("acoustic", acoustic), ("vocoder", vocoder), ("total", acoustic + vocoder)):
            factor = self.figures.get(key._replace(what=what))
            yield _NONE if factor is None else f"{factor:.4f}"
            yield _NONE if factor is None else f"{factor / least:.1f}"
        yield f"{self.figures[key._replace(what='first')] * 1000:.0f}"
        yield f"{self.figures[key._replace(what='peak')]:.0f}"

    def _crowds(self) -> str:
        """Seconds of speech a second of lines that are spoken at once."""
        keys = self._keys("crowd")
        ways = list(dict.fromkeys((key.threads, key.precision) for key in keys))
        header = ("lines at once, seconds of speech a second", *(f"{_threads(t)}, {p}" for t, p in ways))
        rows = (
            [f"{size}", *(self._rate(Key("crowd", size, *way)) for way in ways)]
            for size in sorted({key.size for key in keys})
        )
        peaks = (max(self.figures[k] for k in self._keys("crowd peak") if k[2:] == way) for way in ways)
        return markdown(header, [*rows, ["peak RSS, MB", *(f"{peak:.0f}" for peak in peaks)]])

    def _rate(self, key: Key) -> str:
        return f"{self.figures[key]:.1f}" if key in self.figures else _NONE

    def _torch(self) -> str:
        precisions = list(dict.fromkeys(key.precision for key in self._keys("total")))
        sides = [name for precision in precisions for name in (f"{precision} here", "times faster")]
        header = ("plain PyTorch beside it, RTF", "acoustic", "vocoder", "total", *sides)
        wanted = ["torch acoustic", "torch vocoder", "torch"]
        for precision in precisions:
            wanted += [precision, f"times {precision}"]
        rows = (
            [_named(key), *(_factor(what, self.figures[key._replace(what=what)]) for what in wanted)]
            for key in self._keys("torch")
        )
        return markdown(header, rows)

    def _machine(self) -> str:
        """This machine's peaks, and what follows from them for the longest lines."""
        longest = max(self._keys("symbols"), key=lambda key: key.size)
        vocoder, acoustic = self._vocoder_macs(), self._acoustic_macs(longest.size)
        rows = {
            "fp32 peak, GFLOP/s": lambda t: f"{self.peaks[t]['fp32'] / 1e9:.0f}",
            "int8 peak, GOP/s": lambda t: f"{self.peaks[t]['int8'] / 1e9:.0f}",
            f"floor of the acoustic RTF ({acoustic / 1e9:.3f} G MAC a second of speech)": lambda t: (
                f"{floor(acoustic, self.peaks[t]['fp32']):.4f}"
            ),
            f"floor of the vocoder's RTF, fp32 ({vocoder / 1e9:.2f} G MAC)": lambda t: (
                f"{floor(vocoder, self.peaks[t]['fp32']):.4f}"
            ),
            "floor of the vocoder's RTF, int8": lambda t: f"{floor(vocoder, self.peaks[t]['int8']):.4f}",
        }
        cells = [[name, *map(cell, self.peaks)] for name, cell in rows.items()]
        return markdown(("this machine", *map(_threads, self.peaks)), [*cells, *self._contention()])

    def _contention(self) -> Iterator[list[str]]:
        for key in self._keys("decoder busy"):
            quiet, busy = self.figures[key._replace(what="decoder quiet")], self.figures[key]
            name = f"decoder, {key.size} characters, a busy neighbour on each core, times its quiet time"
            yield [name, f"{busy / quiet:.1f}", *(_NONE for _ in range(len(self.peaks) - 1))]

    def _floors(self, key: Key) -> tuple[float, float]:
        """The least acoustic and vocoder RTF; the acoustic model is in fp32 always."""
        peaks = self.peaks[key.threads]
        acoustic = floor(self._acoustic_macs(key.size), peaks["fp32"])
        return acoustic, floor(self._vocoder_macs(), peaks[key.precision])

    def _acoustic_macs(self, size: int) -> float:
        symbols, frames, band = (self._pace(what, size) for what in ("symbols", "frames", "band"))
        group = self.weights.acoustic_config.frames_per_step
        pace = Pace(symbols, frames, band, group, self._frame_rate)
        return acoustic_macs(_shapes(self.weights.acoustic), pace)

    def _pace(self, what: str, size: int) -> int:
        return next(int(value) for key, value in self.figures.items() if key[:2] == (what, size))

    def _vocoder_macs(self) -> float:
        scales = self.weights.vocoder_config.scales
        return vocoder_macs(_shapes(self.weights.vocoder), scales, self._frame_rate)

    @property
    def _frame_rate(self) -> float:
        return self.weights.sample_rate / self.weights.vocoder_config.hop

    def _keys(self, what: str) -> list[Key]:
        return [key for key in self.figures if key.what == what]


def _shapes(tensors: Tensors) -> dict[str, tuple[int, ...]]:
    return {name: tensor.shape for name, tensor in tensors.items()}


def _named(key: Key) -> str:
    parts = (f"{key.size} characters", _threads(key.threads), key.precision)
    return ", ".join(part for part in parts if part)


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count > 1 else ''}"


def _factor(what: str, value: float) -> str:
    return f"{value:.1f}" if what.startswith("times") else f"{value:.3f}"
