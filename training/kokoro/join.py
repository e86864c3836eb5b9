"""Putting recordings one behind the other without clicks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.audio.join import faded, silence
from service.audio.pcm import Samples


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
