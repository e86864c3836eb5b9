"""What lies between recordings that follow each other without clicks: fades, and silence."""

from __future__ import annotations

import numpy as np

from service.audio.pcm import Samples

_FADE_SECONDS = 0.005


def faded(samples: Samples, sample_rate: int, seconds: float = _FADE_SECONDS) -> Samples:
    """Gives a copy that rises from and falls to zero along half a cosine.

    A recording shorter than two fades has both ramps shortened to half its length.
    """
    length = min(round(seconds * sample_rate), len(samples) // 2)
    result = np.array(samples, np.float32)
    ramp = _ramp(length)
    result[:length] *= ramp
    result[len(samples) - length :] *= ramp[::-1]
    return result


class Fader:
    """Fades a recording that comes in pieces: in at its start and out at its end, as ``faded`` does."""

    def __init__(self, sample_rate: int, seconds: float = _FADE_SECONDS) -> None:
        self._rate, self._seconds = sample_rate, seconds
        self._held = np.zeros(0, np.float32)  # what may turn out to be the end
        self._begun = False

    def push(self, samples: Samples, *, last: bool = False) -> Samples:
        """Takes a piece and gives what is ready by now: all but an end of up to two fades' length."""
        length = round(self._seconds * self._rate)
        held = np.concatenate([self._held, samples])
        enough = self._begun or len(held) >= 2 * length
        ready = len(held) if last else len(held) - length if enough else 0
        self._held = held[ready:]
        if not enough:  # nothing yet, or all of a recording too short for two fades
            return faded(held[:ready], self._rate, self._seconds)
        shaped = self._shaped(held[:ready], length, last=last)
        self._begun = True
        return shaped

    def _shaped(self, samples: Samples, length: int, *, last: bool) -> Samples:
        result, ramp = np.array(samples, np.float32), _ramp(length)
        if not self._begun:
            result[:length] *= ramp
        if last:
            result[len(result) - length :] *= ramp[::-1]
        return result


def silence(seconds: float, sample_rate: int) -> Samples:
    """Gives that much silence, none for zero or less."""
    return np.zeros(max(0, round(seconds * sample_rate)), np.float32)


def _ramp(length: int) -> Samples:
    steps = np.arange(length) + 0.5
    return np.asarray((1.0 - np.cos(np.pi * steps / max(1, length))) / 2.0, np.float32)
