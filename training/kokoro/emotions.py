"""Emotions as prosody: how each moves pitch, pitch range, speed and loudness away from neutral."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from service.text.sentence import Style

_LEVEL_LIMITS = (0.4, 2.5)
_RANGE_LIMITS = (0.4, 1.7)
_SPEED_LIMITS = (0.4, 2.5)
_ENERGY_LIMITS = (-3.0, 3.0)


@dataclass(frozen=True, slots=True)
class Prosody:
    """What the network is asked for. The default is neutral.

    Attributes:
        level: factor on F0.
        range: factor on F0's intervals around its mean, in semitones.
        speed: factor on the speaking rate.
        energy: offset on the network's energy curve; it colours the voice more than it changes loudness.
        gain_db: gain on the samples.
    """

    level: float = 1.0
    range: float = 1.0
    speed: float = 1.0
    energy: float = 0.0
    gain_db: float = 0.0

    def scaled(self, intensity: float) -> Prosody:
        """Gives the point on the line from neutral (0) through this (1) and beyond; factors go by powers."""
        return Prosody(
            self.level**intensity,
            self.range**intensity,
            self.speed**intensity,
            self.energy * intensity,
            self.gain_db * intensity,
        )


EMOTIONS: Mapping[str, Prosody] = MappingProxyType(
    {
        "neutral": Prosody(),
        "happy": Prosody(level=1.13, range=1.25, speed=1.08, energy=0.4, gain_db=1.5),
        "sad": Prosody(level=0.88, range=0.65, speed=0.82, energy=-0.5, gain_db=-3.0),
        "angry": Prosody(level=1.04, range=1.30, speed=1.08, energy=1.0, gain_db=3.5),
        "fear": Prosody(level=1.18, range=0.70, speed=1.15, energy=-0.4, gain_db=-2.0),
        "surprise": Prosody(level=1.20, range=1.45, speed=0.92, energy=0.5, gain_db=0.0),
        "disgust": Prosody(level=0.92, range=1.22, speed=0.86, energy=0.2, gain_db=-1.0),
    }
)
"""The seven emotions, neutral first."""


def prosody_of(style: Style, level: float = 1.0) -> Prosody:
    """Composes an emotion with the rate and pitch of a style, within what stays intelligible.

    ``level`` is the speaker's own factor on F0. Volume is left out here: as a factor it may be 0, which
    no gain in dB can say.

    Raises:
        KeyError: the emotion is not one of ``EMOTIONS``.
    """
    emotion = EMOTIONS[style.emotion].scaled(style.intensity)
    return Prosody(
        _bounded(level * emotion.level * 2 ** (style.pitch / 12), _LEVEL_LIMITS),
        _bounded(emotion.range, _RANGE_LIMITS),
        _bounded(emotion.speed * style.rate, _SPEED_LIMITS),
        _bounded(emotion.energy, _ENERGY_LIMITS),
        emotion.gain_db,
    )


def _bounded(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return min(max(value, low), high)
