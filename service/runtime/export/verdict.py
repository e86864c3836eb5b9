"""Whether int8 is good enough for a voice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.models.line import SymbolLine
from service.runtime.export.mels import mels, voiced
from service.runtime.exported import ExportedVoice
from service.runtime.vocoder import Vocoder

Floats = NDArray[np.float32]

MOST_DISTANCE = 2.0
"""Log-spectral distance in dB; encoders of 64 kbit/s are further away."""

MOST_QUALITY_LOST = 0.05
"""DNSMOS OVRL."""

MOST_ERRORS_ADDED = 0.005
"""Of the syllable error rate."""

_UNDERSTANDABLE = 0.3  # syllable error rate in fp32 up to which there is something to score
_WINDOW = 512  # samples
_FLOOR = 1e-6  # of the loudest bin's power: what lies deeper is not heard


@dataclass(frozen=True, slots=True)
class Score:
    """What listeners by number say of takes: syllable error rate and mean DNSMOS OVRL."""

    errors: float
    quality: float


Scorer = Callable[[Sequence[Floats], int], Score]
"""Scores takes of the lines in their order, at a sample rate in Hz."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found.

    Attributes:
        distance: mean log-spectral distance of int8 from fp32, in dB.
        fp32, int8: scores of both, where the voice's speech can be scored.
    """

    distance: float
    fp32: Score | None = None
    int8: Score | None = None

    @property
    def scored(self) -> bool:
        """Whether there is speech that can be understood."""
        return self.fp32 is not None and self.int8 is not None and self.fp32.errors <= _UNDERSTANDABLE

    @property
    def passed(self) -> bool:
        """Whether the voice may be served in int8."""
        good = self.distance <= MOST_DISTANCE
        if self.scored and self.fp32 and self.int8:
            good = good and self.fp32.quality - self.int8.quality <= MOST_QUALITY_LOST
            good = good and self.int8.errors - self.fp32.errors <= MOST_ERRORS_ADDED
        return good

    @property
    def figures(self) -> Mapping[str, float]:
        """All numbers by name."""
        figures = {"log_spectral_distance_db": round(self.distance, 3)}
        for name, score in (("fp32", self.fp32), ("int8", self.int8)):
            if score is not None:
                figures[f"{name}_ser"] = round(score.errors, 4)
                figures[f"{name}_ovrl"] = round(score.quality, 3)
        return figures

    def __str__(self) -> str:
        """One line for people."""
        parts = [f"log-spectral distance {self.distance:.2f} dB (at most {MOST_DISTANCE:.2f})"]
        if self.scored and self.fp32 and self.int8:
            parts.append(f"OVRL {self.fp32.quality:.2f} to {self.int8.quality:.2f}")
            parts.append(f"SER {self.fp32.errors:.1%} to {self.int8.errors:.1%}")
        else:
            parts.append("not scored as speech")
        return f"int8 {'passed' if self.passed else 'failed'}: {', '.join(parts)}"


def judge(voice: ExportedVoice, lines: Sequence[SymbolLine], scorer: Scorer | None = None) -> Verdict:
    """Compares a voice's int8 vocoder with its fp32 one on the same mels.

    Args:
        voice: with both.
        lines: to be spoken, at least one.
        scorer: scores the takes of these lines, or None where nothing can.
    """
    spoken = list(mels(voice, lines))
    vocoders = [Vocoder(voice, precision) for precision in ("fp32", "int8")]
    exact, fast = ([voiced(vocoder, mel) for mel in spoken] for vocoder in vocoders)
    distance = float(np.mean([spectral_distance(*pair) for pair in zip(exact, fast, strict=True)]))
    if scorer is None:
        return Verdict(distance)
    return Verdict(distance, scorer(exact, voice.sample_rate), scorer(fast, voice.sample_rate))


def spectral_distance(reference: Floats, other: Floats) -> float:
    """Gives the log-spectral distance in dB between two signals of one length (Gray and Markel 1976)."""
    powers = [_powers(samples) for samples in (reference, other)]
    floor = powers[0].max() * _FLOOR + 1e-20
    levels = [10 * np.log10(power + floor) for power in powers]
    return float(np.sqrt(((levels[0] - levels[1]) ** 2).mean(axis=1)).mean())


def _powers(samples: Floats) -> NDArray[np.float64]:
    """Power spectra of half-overlapping windows, shape (windows, bins)."""
    padded = np.pad(samples.astype(np.float64), (0, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[:: _WINDOW // 2]
    spectra: NDArray[np.float64] = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1)) ** 2
    return spectra
