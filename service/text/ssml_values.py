"""The values of SSML attributes: rates, pitches, volumes, pauses.

Each function raises ValueError with one sentence.
"""

from __future__ import annotations

import math
import re

_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.5}
_PITCHES = {"x-low": -6.0, "low": -3.0, "medium": 0.0, "default": 0.0, "high": 3.0, "x-high": 6.0}
_VOLUMES = {
    "silent": 0.0,
    "x-soft": 0.3,
    "soft": 0.6,
    "medium": 1.0,
    "default": 1.0,
    "loud": 1.4,
    "x-loud": 1.8,
}
_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.8, "x-strong": 1.2}
_NUMBER = r"([+-]?\d{1,6}(?:\.\d{1,6})?)"
LONGEST_PAUSE = 10.0


def rate(value: str) -> float:
    """A speaking rate as a factor from 0.5 to 2: ``1.2``, ``120%``, ``+20%`` or a name such as ``fast``."""
    factor = _RATES.get(value, _factor(value))
    return _checked(
        factor, 0.5, 2.0, f'prosody rate="{value}" must be 0.5 to 2, 50% to 200%, or {_names(_RATES)}'
    )


def pitch(value: str) -> float:
    """A pitch shift in semitones from -12 to 12: ``+2st``, ``-3``, ``+10%`` or a name such as ``high``."""
    shift = _PITCHES.get(value)
    match = re.fullmatch(_NUMBER + r"(st|%)?", value)
    if match and match[2] == "%":
        ratio = 1 + float(match[1]) / 100
        shift = 12 * math.log2(ratio) if ratio > 0 else None
    elif match:
        shift = float(match[1])
    return _checked(
        shift,
        -12.0,
        12.0,
        f'prosody pitch="{value}" must be -12st to +12st, -50% to +100%, or {_names(_PITCHES)}',
    )


def volume(value: str) -> float:
    """A gain as a factor from 0 to 2: ``0.8``, ``80%``, ``+6dB`` or a name such as ``loud``."""
    decibels = re.fullmatch(_NUMBER + "dB", value)
    gain = (
        10 ** (max(-99.0, min(99.0, float(decibels[1]))) / 20)
        if decibels
        else _VOLUMES.get(value, _factor(value))
    )
    return _checked(
        gain,
        0.0,
        2.0,
        f'prosody volume="{value}" must be 0 to 2, 0% to 200%, up to +6dB, or {_names(_VOLUMES)}',
    )


def intensity(value: str) -> float:
    """An emotion's intensity from 0 to 2."""
    plain = float(value) if re.fullmatch(_NUMBER, value) else None
    return _checked(plain, 0.0, 2.0, f'emotion intensity="{value}" must be a number from 0 to 2')


def pause(time: str | None, strength: str | None) -> float:
    """A pause in seconds, at most 10: ``500ms``, ``1.5s``, or a strength such as ``strong``."""
    if time is not None:
        match = re.fullmatch(r"\+?(\d{1,6}(?:\.\d{1,6})?)(ms|s)", time)
        seconds = float(match[1]) * (0.001 if match[2] == "ms" else 1) if match else None
        return _checked(
            seconds, 0.0, LONGEST_PAUSE, f'break time="{time}" must be 0ms to 10s, such as 500ms or 1.5s'
        )
    name = strength or "medium"
    return _checked(
        _STRENGTHS.get(name), 0.0, LONGEST_PAUSE, f'break strength="{name}" must be {_names(_STRENGTHS)}'
    )


def _factor(value: str) -> float | None:
    """``1.2`` and ``120%`` as they are, ``+20%`` and ``-20%`` from 1."""
    match = re.fullmatch(_NUMBER + "(%)?", value)
    if not match:
        return None
    if not match[2]:
        return float(match[1])
    share = float(match[1]) / 100
    return 1 + share if value[0] in "+-" else share


def _checked(value: float | None, low: float, high: float, message: str) -> float:
    # +6 dB is 1.9953, and rounding must not put 200 % outside.
    if value is None or not low - 1e-9 <= value <= high + 1e-9:
        raise ValueError(message)
    return min(max(value, low), high)


def _names(table: dict[str, float]) -> str:
    return "one of " + ", ".join(table)
