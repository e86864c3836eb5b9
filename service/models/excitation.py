"""The source of NSF vocoders: a fundamental with overtones, and noise (arXiv:1904.12088).

The source is random, but only through what is handed in, so that the same input gives the same sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from service.models.config import VOICED_FROM
from service.models.layers import Layers

_AMPLITUDE = 0.1  # of each harmonic where there is voice
_NOISE = 0.003  # standard deviation of the noise that is added to it
_UNVOICED = _AMPLITUDE / (3 * _NOISE)  # factor on the noise where there is none


@dataclass(frozen=True, slots=True, eq=False)
class Randomness:
    """What is random in an utterance.

    Attributes:
        phases: at which each harmonic starts, in radians, shape (harmonics,); the fundamental starts at 0
            whatever is said here.
        noise: for each harmonic and sample, shape (harmonics, samples).
    """

    phases: Tensor
    noise: Tensor

    @classmethod
    def draw(cls, harmonics: int, samples: int, generator: torch.Generator) -> Randomness:
        """Draws phases, then noise: in the reference's order, so the same seed gives the same sound."""
        phases = (torch.rand(1, harmonics, 1, generator=generator) * 2 - 1) * math.pi
        noise = torch.randn(1, harmonics, samples, generator=generator) * _NOISE
        return cls(phases.flatten(), noise[0])


class Excitation(nn.Module):
    """Gives the signal that an NSF vocoder shapes."""

    def __init__(self, layers: Layers, rate: int, hop: int) -> None:
        """Takes the sampling rate in Hz and the samples of a mel frame."""
        super().__init__()
        self.harmonics = layers.shape("ffn.0.weight")[1]
        self._rate, self._hop = rate, hop
        self.ffn = nn.ModuleList([layers.conv1d("ffn.0")])

    def forward(self, f0: Tensor, voicing: Tensor, randomness: Randomness) -> Tensor:
        """Gives samples of shape (frames * hop,) in (-1, 1).

        Args:
            f0: in Hz, also where there is no voice, shape (frames,).
            voicing: from 0.6 on a frame is voiced, shape (frames,).
            randomness: for ``harmonics`` harmonics and frames * hop samples.
        """
        f0, voicing = (track.repeat_interleave(self._hop) for track in (f0, voicing))
        phases = randomness.phases.clone()
        phases[0] = 0
        orders = torch.arange(1, self.harmonics + 1)
        turns = summed(f0 * orders[:, None] / self._rate) % 1
        voice = _AMPLITUDE * (2 * math.pi * turns + phases[:, None]).sin() + randomness.noise
        source = torch.where(voicing >= VOICED_FROM, voice, randomness.noise * _UNVOICED)
        mixed: Tensor = self.ffn[0](source)[0].tanh()
        return mixed


def summed(terms: Tensor) -> Tensor:
    """Gives running sums over the last axis in float64, each rounded to float32.

    The rounding is audible after a few seconds: voices have been trained with it.
    """
    return terms.double().cumsum(-1).float()
