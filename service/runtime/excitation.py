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
"""Gives the noise of the next samples: of each harmonic, (harmonics, samples), or mixed, (samples,)."""

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
            noise: of each harmonic; None draws it from the fixed seed.
        """
        self._weight, self._bias = mix[0][0, :, 0], mix[1]
        harmonics = len(self._weight)
        self._phases = np.zeros(harmonics, np.float32) if phases is None else np.array(phases, np.float32)
        self._phases[0] = 0
        self._noise = (lambda count: self._weight @ noise(count)) if noise else _drawn(self._weight)
        self._rate, self._hop = rate, hop
        self._turns = np.zeros(harmonics, np.float64)  # so far, of each harmonic

    def __call__(self, f0: Floats, voicing: Floats) -> Floats:
        """Gives the samples of the next frames, shape (frames * hop,), in (-1, 1).

        Args:
            f0: in Hz, also where there is no voice, shape (frames,).
            voicing: from 0.6 on a frame is voiced, shape (frames,).
        """
        orders = np.arange(1, len(self._weight) + 1, dtype=np.float32)[:, None]
        turns = self._advance(f0 * orders / np.float32(self._rate)).astype(np.float32)
        turns -= np.floor(turns)
        # Rounding the sums is audible after a few seconds: voices have been trained with it.
        angles = np.float32(2 * math.pi) * turns + self._phases[:, None]
        tones, noise = self._weight @ np.sin(angles), self._noise(turns.shape[1])
        voiced = np.repeat(voicing >= VOICED_FROM, self._hop)
        source = np.where(voiced, np.float32(_AMPLITUDE) * tones + noise, np.float32(_UNVOICED) * noise)
        mixed: Floats = np.tanh(source + self._bias)
        return mixed

    def _advance(self, terms: Floats) -> NDArray[np.float64]:
        """Turns of each harmonic at the next samples, from how far a sample goes (harmonics, frames)."""
        exact = terms.astype(np.float64)
        ends = self._turns[:, None] + np.cumsum(exact * self._hop, axis=1)
        self._turns = ends[:, -1]
        left = exact[:, :, None] * np.arange(1 - self._hop, 1)  # from a sample to the end of its frame
        turns: NDArray[np.float64] = (ends[:, :, None] + left).reshape(len(exact), -1)
        return turns


def _drawn(weight: Floats) -> Noise:
    """Noise of all harmonics as they are mixed: a sum of normal numbers is one of their joint deviation.

    It comes in the order of time, so that pieces of any length get the same.
    """
    generator = np.random.default_rng(_SEED)
    deviation = np.float32(_NOISE * np.linalg.norm(weight))
    return lambda count: deviation * generator.standard_normal(count, np.float32)
