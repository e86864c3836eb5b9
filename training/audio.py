"""The sound that a voice is made of: its rate, its frames, and mel spectrograms on the one scale there is.

The acoustic model, the vocoder and the voice's ``audio_config`` all take their scale from here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

RATE = 16_000
"""Samples a second."""

HOP = 200
"""Samples a frame: 80 frames a second."""

FFT, WINDOW = 2048, 512
BANDS, LOWEST, HIGHEST = 80, 0.0, 8000.0

FLOOR = 5e-6
"""What the magnitude in a band is raised to before its logarithm is taken."""

MEAN, DEVIATION = -5.67, 2.5
"""A normalised mel is ``(ln(max(magnitude, FLOOR)) - MEAN) / DEVIATION``: -2.6 in silence, 3 at most."""


def normalised_mel(samples: Tensor, fft: int = FFT, window: int = WINDOW) -> Tensor:
    """Gives the mel spectrograms of audio, shape (..., BANDS, frames) with frames = n // HOP.

    Frame t lies in the middle of samples t * HOP to (t + 1) * HOP.

    Args:
        samples: at ``RATE``, shape (..., n).
        fft, window: in samples; those of the voices' own mels unless they are named.
    """
    return (log_mel(samples, fft, window, HOP) - MEAN) / DEVIATION


def log_mel(samples: Tensor, fft: int, window: int, hop: int) -> Tensor:
    """Gives logarithms of mel magnitudes, shape (..., BANDS, n // hop), for samples of shape (..., n)."""
    bank = torch.from_numpy(mel_bank(fft)).to(samples.device)
    return torch.matmul(bank, magnitudes(samples, fft, window, hop)).clamp(min=FLOOR).log()


def spectrum(samples: Tensor, fft: int, window: int, hop: int) -> Tensor:
    """Gives a complex spectrogram, shape (..., fft // 2 + 1, n // hop)."""
    flat = samples.reshape(-1, samples.shape[-1]).float()
    side = (fft - hop) // 2
    padded = torch.nn.functional.pad(flat[:, None], (side, fft - hop - side), mode="constant")[:, 0]
    taper = torch.hann_window(window, device=samples.device)
    found = torch.stft(padded, fft, hop, window, taper, center=False, return_complex=True)
    return found[..., : samples.shape[-1] // hop].reshape(*samples.shape[:-1], fft // 2 + 1, -1)


def magnitudes(samples: Tensor, fft: int, window: int, hop: int) -> Tensor:
    """Gives a spectrogram of magnitudes, shape (..., fft // 2 + 1, n // hop)."""
    return size(spectrum(samples, fft, window, hop))


def size(found: Tensor) -> Tensor:
    """Gives the magnitudes of complex numbers; their gradient is finite also at 0."""
    return (found.real.square() + found.imag.square() + 1e-9).sqrt()


@lru_cache
def mel_bank(fft: int) -> NDArray[np.float32]:
    """Gives the weights of the bands, shape (BANDS, fft // 2 + 1): triangles of equal area (Slaney's mel)."""
    edges = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2))
    bins = np.linspace(0, RATE / 2, fft // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    weights = np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)
    return np.asarray(weights, np.float32)


def audio_config() -> dict[str, Any]:
    """What a voice's ``audio_config.yaml`` says of all this."""
    return {
        "sampling_rate": RATE,
        "hop_length": HOP,
        "win_length": WINDOW,
        "n_fft": FFT,
        "n_mels": BANDS,
        "fmin": LOWEST,
        "fmax": HIGHEST,
        "norm_type": "log_affine",
        "log_floor": FLOOR,
        "log_mean": MEAN,
        "log_deviation": DEVIATION,
    }


_LINEAR_UP_TO, _HERTZ_A_MEL = 1000.0, 200.0 / 3
_STEP = np.log(6.4) / 27  # of the logarithmic part


def _mel(hertz: float) -> float:
    if hertz < _LINEAR_UP_TO:
        return hertz / _HERTZ_A_MEL
    return float(_LINEAR_UP_TO / _HERTZ_A_MEL + np.log(hertz / _LINEAR_UP_TO) / _STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _LINEAR_UP_TO / _HERTZ_A_MEL
    curved = _LINEAR_UP_TO * np.exp(_STEP * (np.maximum(mels, knee) - knee))
    return np.where(mels < knee, mels * _HERTZ_A_MEL, curved)
