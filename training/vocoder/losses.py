"""How far made speech is from true speech, by spectra of several lengths."""

from __future__ import annotations

import torch
from torch import Tensor

from training.audio import log_mel, magnitudes, size, spectrum

_SPECTRA = ((512, 240, 50), (1024, 600, 120), (2048, 1200, 240))  # transform, window, hop
_MELS = ((512, 400, 100), (1024, 800, 200), (2048, 1600, 400))
_WAVE = 512, 400, 128
_SPECTRUM_WEIGHT, _MEL_WEIGHT, _WAVE_WEIGHT = 5.0, 15.0, 6.0
_FLOOR = 1e-4  # magnitude below which spectra count as equal


def spectral_losses(made: Tensor, true: Tensor) -> dict[str, Tensor]:
    """Gives the weighted losses of audio of shape (B, samples) by name; their sum is what is trained on."""
    spectra = [_spectrum_loss(made, true, *sizes) for sizes in _SPECTRA]
    mels = [(log_mel(made, *sizes) - log_mel(true, *sizes)).abs().mean() for sizes in _MELS]
    return {
        "spectrum": _SPECTRUM_WEIGHT * torch.stack(spectra).mean(),
        "mel": _MEL_WEIGHT * torch.stack(mels).mean(),
        "wave": _WAVE_WEIGHT * _wave_loss(made, true),
    }


def _spectrum_loss(made: Tensor, true: Tensor, fft: int, window: int, hop: int) -> Tensor:
    """Spectral convergence and the distance of logarithms (arXiv:1910.11480)."""
    found, wanted = (magnitudes(samples, fft, window, hop).clamp(min=_FLOOR) for samples in (made, true))
    convergence = (wanted - found).norm() / wanted.norm()
    lost: Tensor = convergence + (wanted.log() - found.log()).abs().mean()
    return lost


def _wave_loss(made: Tensor, true: Tensor) -> Tensor:
    """How far phases are apart, from 0 to 2, louder places counting more.

    Spectra do not tell where within a period the pulse of a voice is; as the excitation goes with the true
    speech, a generator can know. Where it cannot, as in noise, gradients cancel each other out.
    """
    found, wanted = (spectrum(samples, *_WAVE) for samples in (made, true))
    loudness = size(wanted)
    likeness = (found.real * wanted.real + found.imag * wanted.imag) / (size(found) * loudness)
    weights = loudness.sqrt()
    lost: Tensor = (weights * (1 - likeness)).sum() / weights.sum()
    return lost
