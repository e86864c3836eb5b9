"""Making speech faster or slower without changing its pitch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.audio.pcm import Samples

_FRAME_SECONDS = 0.03  # two to three periods of the lowest voices
_SEARCH_SECONDS = 0.008  # to each side: more than half a period of most voices


def at_tempo(samples: Samples, sample_rate: int, tempo: float) -> Samples:
    """Plays a recording faster (tempo above 1) or slower, at the same pitch.

    Frames are taken from the recording at the new pace and overlapped; each is shifted to where it goes
    on best from the one before (WSOLA).

    Args:
        samples: shape (n,), finite.
        sample_rate: in Hz.
        tempo: above 0; up to about 2 speech stays natural.

    Returns:
        Samples of shape (round(n / tempo),).
    """
    if tempo == 1.0 or not len(samples):
        return samples
    hop = round(_FRAME_SECONDS * sample_rate / 2)
    search = round(_SEARCH_SECONDS * sample_rate)
    length = round(len(samples) / tempo)
    count = length // hop + 2
    # Silence around it lets every frame be read in full, the first one from half a frame early.
    padded = np.pad(samples, (hop + search, 3 * hop + 2 * search + hop * int(tempo + 1)))
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop)) ** 2
    result = np.zeros((count + 1) * hop)
    at = search
    for number in range(count):
        wanted = search + round(number * hop * tempo)
        at = _best(padded, at + hop, wanted, 2 * hop, search) if number else wanted
        result[number * hop : (number + 2) * hop] += window * padded[at : at + 2 * hop]
    return result[hop : hop + length].astype(np.float32)


def _best(padded: Samples, natural: int, wanted: int, frame: int, search: int) -> int:
    """Gives where around ``wanted`` the recording is most like what follows at ``natural``."""
    template = padded[natural : natural + frame]
    region = padded[wanted - search : wanted + search + frame]
    likeness: NDArray[np.float32] = np.correlate(region, template, "valid")
    energy = np.cumsum(np.concatenate([[0.0], region.astype(np.float64) ** 2]))
    norms = np.sqrt(np.maximum(energy[frame:] - energy[:-frame], 1e-9))
    return wanted - search + int(np.argmax(likeness / norms))
