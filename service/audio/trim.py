"""Where the sound in a recording begins and ends, also while it is still being made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.audio.pcm import Samples, frame_levels

_FRAME_SECONDS = 0.005
_BELOW_PEAK = 10 ** (-48 / 20)  # soft onsets such as f and h lie 30 to 40 dB under the vowels
_FLOOR = 1e-4  # -80 dBFS: what is never louder than this is silence
_USUAL_PEAK = 0.1  # RMS of a voice's loudest frames, until there are some to measure
_MARGIN = 0.02  # seconds kept before the first and behind the last sound


def sound_bounds(samples: Samples, sample_rate: int, margin: float = _MARGIN) -> tuple[int, int]:
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


class Trimmer:
    """Takes the silence off both ends of a recording that comes in pieces.

    At the start it waits for the first sound. What is quiet may turn out to be the end, but only behind
    the span that is to be kept, so nothing is held back before.

    Attributes:
        cut: samples taken off the start so far.
    """

    def __init__(self, sample_rate: int, kept: tuple[int, int]) -> None:
        """Takes the span in samples that is kept however quiet it is, half open."""
        self._frame = max(1, round(_FRAME_SECONDS * sample_rate))
        self._margin = round(_MARGIN * sample_rate)
        self._kept = kept
        self._held = np.zeros(0, np.float32)
        self._given = 0  # where in the recording what is held begins
        self._begun = False
        self._peak = 0.0
        self.cut = 0

    def push(self, samples: Samples, *, last: bool = False) -> Samples:
        """Takes a piece and gives what is sure not to be silence at an end."""
        self._peak = max(self._peak, float(frame_levels(samples, self._frame).max(initial=0.0)))
        self._held = np.concatenate([self._held, samples])
        if not self._begun:
            self._begin(last=last)
        ready = self._end() if last else self._kept[1] - self._given
        return self._take(ready) if self._begun else self._take(0)

    def _begin(self, *, last: bool) -> None:
        loud = self._loud(max(self._peak, _USUAL_PEAK), 0)
        if len(loud) or last or len(self._held) >= self._kept[0]:
            start = int(loud[0]) * self._frame - self._margin if len(loud) else len(self._held)
            self.cut = len(self._take(max(0, min(start, self._kept[0]))))
            self._begun = True

    def _end(self) -> int:
        tail = max(0, self._kept[1] - self._given)
        loud = self._loud(self._peak, tail)
        return tail + self._margin + (int(loud[-1]) + 1 if len(loud) else 0) * self._frame

    def _loud(self, peak: float, start: int) -> NDArray[np.intp]:
        """Which frames of what is held, counted from ``start``, are no silence."""
        levels = frame_levels(self._held[start:], self._frame)
        return np.flatnonzero(levels > max(peak * _BELOW_PEAK, _FLOOR))

    def _take(self, count: int) -> Samples:
        taken, self._held = np.split(self._held, [max(0, count)])
        self._given += len(taken)
        return taken
