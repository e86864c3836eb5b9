"""How speech is spoken: the level and range of its pitch, its pace, its energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from swift_f0 import FRAME_PERIOD, SwiftF0

from bench.scoring.wave import RATE
from service.voice import Samples

_LOWEST, _HIGHEST = 55.0, 750.0  # Hz; wider than any voice here, narrow enough to shut out harmonics
_VOICED = 0.5  # the tracker's own threshold
_SILENCE = 40.0  # dB below the loudest frame
_PAUSE = 0.2  # seconds; shorter silences are closures inside words, and count as speech


@dataclass(frozen=True, slots=True)
class Track:
    """One recording, frame by frame.

    Attributes:
        pitch: F0 of each voiced frame, in Hz.
        power: mean square of each voiced frame.
        seconds: of speech, pauses of 0.2 s and more left out.
    """

    pitch: NDArray[np.float64]
    power: NDArray[np.float64]
    seconds: float


@dataclass(frozen=True, slots=True)
class Prosody:
    """How recordings are spoken, all together.

    Attributes:
        pitch: median F0 of the voiced frames, in Hz.
        spread: standard deviation of F0 in semitones.
        rate: syllables a second of speech, pauses left out.
        energy: RMS of the voiced frames, in dB of full scale.
    """

    pitch: float
    spread: float
    rate: float
    energy: float

    @classmethod
    def of(cls, tracks: Sequence[Track], syllables: int) -> Prosody:
        """Pools the frames of recordings in which so many syllables are spoken.

        Raises:
            ValueError: nothing in them is voiced.
        """
        pitch = np.concatenate([track.pitch for track in tracks])
        power = np.concatenate([track.power for track in tracks])
        if pitch.size == 0:
            raise ValueError("nothing in the recordings is voiced")
        return cls(
            pitch=float(np.median(pitch)),
            spread=float(np.std(12 * np.log2(pitch))),
            rate=syllables / sum(track.seconds for track in tracks),
            energy=float(10 * np.log10(power.mean())),
        )


class PitchTracker:
    """Follows F0 through a recording."""

    def __init__(self, threads: int = 2) -> None:
        self._tracker = SwiftF0(threads=threads, spin=False)

    def track(self, samples: Samples) -> Track:
        """Measures speech, shape (n,) with n > 0, at 16 kHz."""
        found = self._tracker.detect(samples, RATE, fmin=_LOWEST, fmax=_HIGHEST)
        voiced = found.confidence >= _VOICED
        return Track(
            pitch=found.pitch_hz[voiced],
            power=10 ** (found.loudness_db[voiced] / 10),
            seconds=_spoken_frames(found.loudness_db) * FRAME_PERIOD,
        )


def _spoken_frames(loudness: NDArray[np.float64]) -> int:
    audible = loudness > max(loudness.max() - _SILENCE, -90.0)
    runs = ((heard, sum(1 for _ in run)) for heard, run in groupby(audible))
    return sum(length for heard, length in runs if heard or length * FRAME_PERIOD < _PAUSE)
