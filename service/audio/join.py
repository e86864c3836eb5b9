"""Putting recordings one behind the other without clicks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.audio.pcm import Samples

_FADE_SECONDS = 0.005


def faded(samples: Samples, sample_rate: int, seconds: float = _FADE_SECONDS) -> Samples:
    """Gives a copy that rises from and falls to zero along half a cosine.

    A recording shorter than two fades has both ramps shortened to half its length.
    """
    length = min(round(seconds * sample_rate), len(samples) // 2)
    result = np.array(samples, np.float32)
    if length:
        ramp = ((1.0 - np.cos(np.pi * (np.arange(length) + 0.5) / length)) / 2.0).astype(np.float32)
        result[:length] *= ramp
        result[-length:] *= ramp[::-1]
    return result


def silence(seconds: float, sample_rate: int) -> Samples:
    """Gives that much silence, none for zero or less."""
    return np.zeros(max(0, round(seconds * sample_rate)), np.float32)


def join(parts: Sequence[Samples], pauses: Sequence[float], sample_rate: int) -> Samples:
    """Joins recordings, each faded at both ends, with silence between them.

    Args:
        parts: the recordings, in order.
        pauses: seconds of silence between neighbours, one fewer than parts.
        sample_rate: in Hz.

    Raises:
        ValueError: the number of pauses does not fit.
    """
    if len(pauses) != max(0, len(parts) - 1):
        raise ValueError(f"{len(parts)} parts need {max(0, len(parts) - 1)} pauses, not {len(pauses)}.")
    pieces: list[Samples] = []
    for part, pause in zip(parts, [*pauses, 0.0], strict=False):
        pieces += [faded(part, sample_rate), silence(pause, sample_rate)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
