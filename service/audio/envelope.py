"""Gain that changes on the way through a recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.audio.pcm import Samples, amplify

_RAMP_SECONDS = 0.01
_FAR = 1e9  # samples; no recording is that long


class Envelope:
    """Gain in steps whose edges are ramps of 10 ms, centred at the steps."""

    def __init__(self, gains: Sequence[float], steps: Sequence[int], sample_rate: int) -> None:
        """Takes the gains and between each two of them the sample where it changes, in ascending order.

        Raises:
            ValueError: the number of steps does not fit.
        """
        if len(steps) != len(gains) - 1:
            raise ValueError(f"{len(gains)} gains need {len(gains) - 1} steps, not {len(steps)}.")
        self._half = max(1.0, _RAMP_SECONDS * sample_rate / 2)
        self._constant = gains[0] if len(set(gains)) == 1 else None
        self._softens = max(gains) > 1
        # The ramps are the steps' moving average: differences of their integral.
        self._knots = np.array([-_FAR, *steps, _FAR])
        self._integral = np.concatenate([[0.0], np.cumsum(np.diff(self._knots) * gains)])

    def applied(self, samples: Samples, start: int) -> Samples:
        """Gives the samples with their gain; ``start`` is where in the recording they begin.

        Gains over 1 leave nothing outside [-1, 1]: what comes near is bent, see ``amplify``.
        """
        if self._constant == 1:
            return samples
        louder = samples * self._gain(start, len(samples))
        return amplify(louder, 1.0) if self._softens else louder

    def _gain(self, start: int, count: int) -> Samples:
        if self._constant is not None:
            return np.full(count, self._constant, np.float32)
        centres = np.arange(start, start + count) + 0.5
        ends, starts = (
            np.interp(centres + shift, self._knots, self._integral) for shift in (self._half, -self._half)
        )
        return np.asarray((ends - starts) / (2 * self._half), np.float32)
