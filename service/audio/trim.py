"""Where the sound in a recording begins and ends."""

from __future__ import annotations

import numpy as np

from service.audio.pcm import Samples, frame_levels

_FRAME_SECONDS = 0.005
_BELOW_PEAK = 10 ** (-48 / 20)  # soft onsets such as f and h lie 30 to 40 dB under the vowels
_FLOOR = 1e-4  # -80 dBFS: what is never louder than this is silence


def sound_bounds(samples: Samples, sample_rate: int, margin: float = 0.02) -> tuple[int, int]:
    """Gives the span of the samples that holds sound, half open, with a margin at each side.

    Args:
        samples: shape (n,), finite.
        sample_rate: in Hz.
        margin: seconds kept before the first and after the last sound, as far as they exist.

    Returns:
        ``(start, end)`` with ``0 <= start <= end <= n``; ``(0, 0)`` when all is silence.
    """
    frame = max(1, round(_FRAME_SECONDS * sample_rate))
    levels = frame_levels(samples, frame)
    peak = float(levels.max(initial=0.0))
    loud = np.flatnonzero(levels > max(peak * _BELOW_PEAK, _FLOOR))
    if not len(loud):
        return 0, 0
    kept = round(margin * sample_rate)
    start = int(loud[0]) * frame - kept
    end = (int(loud[-1]) + 1) * frame + kept
    return max(0, start), min(len(samples), end)
