"""How far made speech is from true speech, by spectra of several lengths."""

from __future__ import annotations

import torch
from torch import Tensor

from training.audio import log_mel, magnitudes

_SPECTRA = ((512, 240, 50), (1024, 600, 120), (2048, 1200, 240))  # transform, window, hop
_MELS = ((512, 400, 100), (1024, 800, 200), (2048, 1600, 400))
_SPECTRUM_WEIGHT, _MEL_WEIGHT = 5.0, 15.0
_FLOOR = 1e-4  # magnitude below which spectra count as equal


def spectral_losses(made: Tensor, true: Tensor) -> dict[str, Tensor]:
    """Gives the weighted losses of audio of shape (B, samples) by name; their sum is what is trained on."""
    spectra = [_spectrum_loss(made, true, *sizes) for sizes in _SPECTRA]
    mels = [(log_mel(made, *sizes) - log_mel(true, *sizes)).abs().mean() for sizes in _MELS]
    return {
        "spectrum": _SPECTRUM_WEIGHT * torch.stack(spectra).mean(),
        "mel": _MEL_WEIGHT * torch.stack(mels).mean(),
    }


def _spectrum_loss(made: Tensor, true: Tensor, fft: int, window: int, hop: int) -> Tensor:
    """Spectral convergence and the distance of logarithms (arXiv:1910.11480)."""
    found, wanted = (magnitudes(samples, fft, window, hop).clamp(min=_FLOOR) for samples in (made, true))
    convergence = (wanted - found).norm() / wanted.norm()
    lost: Tensor = convergence + (wanted.log() - found.log()).abs().mean()
    return lost
