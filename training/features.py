"""Takes as numbers that networks learn from, and the scale of F0 and energy that all of them share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from service.models.unit import LinguisticUnit
from training.audio import BANDS, normalised_mel
from training.takes import Take

F0_CHANNEL, VOICED_CHANNEL = BANDS, BANDS + 1
CHANNELS = BANDS + 2
"""Mel, F0 (normalised) and voicing (0 or 1)."""

FEATURES = ("sy", "tone", "syllable_flag", "word_segment", "emo_category", "speaker_category")


@dataclass(frozen=True, slots=True)
class Scale:
    """Means and standard deviations, of F0 over voiced frames in Hz and of energy over symbols with frames.

    F0's are the voice's ``mvn.npy``. Pitch, which is F0 of a symbol, has F0's scale.
    """

    f0_mean: float
    f0_deviation: float
    energy_mean: float
    energy_deviation: float

    @classmethod
    def of(cls, takes: Iterable[Take]) -> Scale:
        """Measures takes.

        Raises:
            ValueError: there are none.
        """
        f0, energy = [], []
        for take in takes:
            f0.append(take.f0[take.voiced])
            energy.append(_symbol_means(_loudness(_mel(take)), take.durations)[take.durations > 0])
        found = [np.concatenate(values).astype(np.float64) for values in (f0, energy)]
        return cls(*(float(value) for values in found for value in (values.mean(), values.std())))


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A take as numbers: n symbols, and frames of ``CHANNELS`` channels.

    Attributes:
        name: of the take.
        ids: of the four linguistic channels, the emotion and the speaker, int64, shape (6, n).
        intensity: of the emotion.
        durations: frames of each symbol, int64, shape (n,).
        pitch, energy: of each symbol, normalised, shape (n,).
        frames: mel, F0 and voicing, shape (frames, CHANNELS).
    """

    name: str
    ids: NDArray[np.int64]
    intensity: float
    durations: NDArray[np.int64]
    pitch: NDArray[np.float32]
    energy: NDArray[np.float32]
    frames: NDArray[np.float32]


def unit(speakers: Sequence[str], emotions: Sequence[str]) -> LinguisticUnit:
    """Gives the vocabularies of voices with these speakers and emotions."""
    return LinguisticUnit.build(FEATURES, speakers, emotions=emotions)


def example(take: Take, scale: Scale, vocabularies: LinguisticUnit) -> Example:
    """Gives a take as numbers.

    Raises:
        SymbolError: the vocabularies lack one of its symbols.
    """
    ids = vocabularies.encode(take.line)
    mel = _mel(take)
    f0 = (take.f0 - scale.f0_mean) / scale.f0_deviation
    energy = (_symbol_means(_loudness(mel), take.durations) - scale.energy_mean) / scale.energy_deviation
    return Example(
        name=take.name,
        ids=np.concatenate([ids.linguistic, ids.emotion[None], ids.speaker[None]]),
        intensity=take.intensity,
        durations=take.durations,
        pitch=_symbol_means(f0, take.durations).astype(np.float32),
        energy=np.where(take.durations > 0, energy, 0.0).astype(np.float32),
        frames=np.concatenate([mel, f0[:, None], take.voiced[:, None]], axis=1).astype(np.float32),
    )


def _mel(take: Take) -> NDArray[np.float32]:
    """Shape (frames, BANDS)."""
    return normalised_mel(torch.from_numpy(take.samples)).T.numpy()


def _loudness(mel: NDArray[np.float32]) -> NDArray[np.float64]:
    means: NDArray[np.float64] = mel.mean(axis=1, dtype=np.float64)
    return means


def _symbol_means(values: NDArray[np.floating], durations: NDArray[np.int64]) -> NDArray[np.float64]:
    """Means over the frames of each symbol; a symbol without frames has the value where it lies."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    ends = np.cumsum(durations)
    starts = ends - durations
    means = (sums[ends] - sums[starts]) / np.maximum(durations, 1)
    there = np.asarray(values, np.float64)[np.minimum(starts, len(values) - 1)]
    return np.asarray(np.where(durations > 0, means, there), np.float64)
