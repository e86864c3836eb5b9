"""Pauses made longer or shorter in a recording that comes in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.audio.pcm import Samples

_FADE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Splice:
    """A place in a recording, in samples: what lies from ``start`` to ``end`` gives way to silence."""

    start: int
    end: int
    silence: int

    @classmethod
    def lasting(cls, start: int, end: int, wanted: int) -> Splice:
        """Gives the splice that makes a pause from ``start`` to ``end`` last ``wanted`` samples.

        It lies in the pause's middle, where silence is put in or what is too much is taken out.
        """
        surplus = max(0, end - start - wanted)
        middle = start + (end - start - surplus) // 2
        return cls(middle, middle + surplus, max(0, wanted - (end - start)))

    @property
    def growth(self) -> int:
        """By how many samples the recording becomes longer."""
        return self.silence - (self.end - self.start)


def spliced(samples: Samples, start: int, splices: Sequence[Splice], sample_rate: int) -> Samples:
    """Gives a piece of a recording with its splices, the sound fading to zero at both sides of each.

    Args:
        samples: the piece, shape (n,).
        start: where in the recording it begins.
        splices: of the whole recording, in order; none overlap.
        sample_rate: in Hz.
    """
    parts: list[Samples] = []
    done = 0
    for splice in splices:
        if not splice.growth:
            continue
        samples = _faded_around(samples, start, splice, sample_rate)
        low, high = (min(max(place - start, 0), len(samples)) for place in (splice.start, splice.end))
        parts.append(samples[done:low])
        if 0 <= splice.start - start < len(samples):
            parts.append(np.zeros(splice.silence, np.float32))
        done = high
    return np.concatenate([*parts, samples[done:]])


def _faded_around(samples: Samples, start: int, splice: Splice, sample_rate: int) -> Samples:
    """The samples, falling to zero before the splice and rising from it behind."""
    places = np.arange(start, start + len(samples)) + 0.5
    distance = np.maximum(splice.start - places, places - splice.end)
    share = np.clip(distance / max(1.0, _FADE_SECONDS * sample_rate), 0.0, 1.0)
    return np.asarray(samples * share, np.float32)
