"""Where in its period a voice is: so that an excitation can go with the speech that is to be made of it.

An excitation that starts anywhere has its pulses beside those of the speech, and a vocoder that learns from
such pairs has to leave open where pulses are: it blurs them. In service any start will do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.audio import HOP, RATE

_PERIODS = 1.5  # looked at to each side
_KERNEL = np.array([0.25, 0.5, 0.25])


def turns(
    samples: NDArray[np.floating], f0: NDArray[np.float32], voiced: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Gives the turns that the fundamental of speech has made at the borders of its frames.

    F0 is summed up and then turned to where the fundamental lies, a sine that starts from 0; between voiced
    frames that goes on in a line.

    Args:
        samples: at 16 kHz, shape (frames * 200,).
        f0: in the middle of each frame, in Hz, within a percent or so, shape (frames,).
        voiced: shape (frames,).

    Returns:
        Shape (frames + 1,), rising.
    """
    borders = np.arange(len(f0) + 1) * HOP
    each = np.interp(np.arange(len(samples)) + 0.5, borders[:-1] + HOP / 2, f0)
    summed = np.concatenate([[0.0], np.cumsum(each / RATE)])
    still = samples * np.exp(-1j * np.pi * (summed[:-1] + summed[1:]))
    near_voice = np.flatnonzero(np.append(voiced, False) | np.insert(voiced, 0, False))
    if len(near_voice) == 0:
        return summed[borders]
    found = [_around(still, i * HOP, float(f0[min(i, len(f0) - 1)])) for i in range(len(borders))]
    angles = np.unwrap(np.angle(np.convolve(found, _KERNEL, "same")[near_voice]))
    off: NDArray[np.float64] = np.interp(np.arange(len(borders)), near_voice, angles / (2 * np.pi) + 0.25)
    return summed[borders] + off


def _around(still: NDArray[np.complex128], border: int, f0: float) -> complex:
    """The fundamental's place at a border, as a mean over some periods."""
    reach = round(_PERIODS * RATE / f0)
    window = np.hanning(2 * reach + 1)[:-1]
    first, last = max(0, border - reach), min(len(still), border + reach)
    return complex((window[first - border + reach : last - border + reach] * still[first:last]).sum())
