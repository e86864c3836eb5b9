"""The source of NSF vocoders (Wang et al. 2019): a fundamental with overtones, and noise.

The reference draws phases and noise anew for each utterance. Here all harmonics start at 0, which makes one
pulse of each period, and noise comes from a fixed seed: so the same sentence sounds the same whenever,
wherever and in however many pieces it is spoken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from service.models.config import VOICED_FROM

Floats = NDArray[np.float32]
Noise = Callable[[int], Floats]
"""Gives the noise of the next samples, shape (harmonics, samples)."""

_AMPLITUDE = 0.1  # of each harmonic where there is voice
_NOISE = 0.003  # standard deviation of the noise that is added to it
_UNVOICED = _AMPLITUDE / (3 * _NOISE)  # factor on the noise where there is none
_SEED = 20221101


class ExcitationSource:
    """Gives the excitation of one sentence, frames by frames."""

    def __init__(
        self,
        mix: Sequence[Floats],
        rate: int,
        hop: int,
        phases: Floats | None = None,
        noise: Noise | None = None,
    ) -> None:
        """Begins a sentence.

        Args:
            mix: weight (1, harmonics, 1) and bias (1,) that make one signal of all harmonics.
            rate: the sampling rate in Hz.
            hop: samples of a mel frame.
            phases: at which each harmonic starts, in radians, shape (harmonics,); the fundamental starts at
                0 whatever is said here. None: all start at 0.
            noise: None draws it from the fixed seed.
        """
        self._weight, self._bias = mix[0][0, :, 0], mix[1]
        harmonics = len(self._weight)
        generator = np.random.default_rng(_SEED)
        self._phases = np.zeros(harmonics, np.float32) if phases is None else np.array(phases, np.float32)
        self._phases[0] = 0
        self._noise = noise or (lambda count: _drawn(generator, harmonics, count))
        self._rate, self._hop = rate, hop
        self._turns = np.zeros(harmonics, np.float64)  # so far, of each harmonic

    def __call__(self, f0: Floats, voicing: Floats) -> Floats:
        """Gives the samples of the next frames, shape (frames * hop,), in (-1, 1).

        Args:
            f0: in Hz, also where there is no voice, shape (frames,).
            voicing: from 0.6 on a frame is voiced, shape (frames,).
        """
        orders = np.arange(1, len(self._weight) + 1, dtype=np.float32)[:, None]
        terms = np.repeat(f0 * orders / np.float32(self._rate), self._hop, axis=1)
        turns = self._turns[:, None] + np.cumsum(terms, axis=1, dtype=np.float64)
        self._turns = turns[:, -1]
        # Rounding the sums is audible after a few seconds: voices have been trained with it.
        angles = np.float32(2 * math.pi) * (turns.astype(np.float32) % 1) + self._phases[:, None]
        noise = self._noise(terms.shape[1])
        voiced = np.repeat(voicing >= VOICED_FROM, self._hop)
        source = np.where(voiced, _AMPLITUDE * np.sin(angles) + noise, noise * np.float32(_UNVOICED))
        mixed: Floats = np.tanh(self._weight @ source.astype(np.float32) + self._bias)
        return mixed


def _drawn(generator: np.random.Generator, harmonics: int, count: int) -> Floats:
    """Noise in the order of time, so that pieces of any length get the same."""
    noise: Floats = np.float32(_NOISE) * generator.standard_normal((count, harmonics), np.float32).T
    return noise
