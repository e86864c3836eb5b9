"""Speech that is none: found before a client hears it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LONGEST_SYMBOL = 3.0
"""Seconds, at the voice's own rate."""

LARGEST_MEL = 30.0
"""Of any channel: normalised mels and F0 of every kind of voice stay far below."""

SILENCE = 1e-4
"""Peak below which a piece of speech is none (-80 dB of full scale)."""


class UnusableSpeechError(RuntimeError):
    """The networks gave what cannot be speech."""


def check_durations(log_durations: Floats, rate: Floats, frame_seconds: float) -> None:
    """Refuses absurd durations.

    Args:
        log_durations: logarithm of frames plus one, shape (n,).
        rate: factor on the rate of each symbol, shape (n,).
        frame_seconds: the duration of a mel frame.

    Raises:
        UnusableSpeechError: a symbol lasts longer than 3 s at the voice's own rate, no symbol has a frame,
            or a number is not finite.
    """
    frames = np.exp(np.minimum(log_durations, 80.0), dtype=np.float32) - 1
    if not np.isfinite(log_durations).all():
        raise UnusableSpeechError("The voice predicted durations that are no numbers.")
    if (frames * frame_seconds > LONGEST_SYMBOL).any():
        longest = float(frames.max() * frame_seconds)
        raise UnusableSpeechError(f"The voice predicted {longest:.1f} s for one symbol.")
    if not (frames / rate >= 0.5).any():
        raise UnusableSpeechError("The voice predicted no duration for any symbol.")


def check_mel(mel: Floats) -> None:
    """Refuses frames that no vocoder can make speech of.

    Raises:
        UnusableSpeechError: a value is not finite or far out of range.
    """
    if not (np.abs(mel) <= LARGEST_MEL).all():  # a comparison with NaN is false
        raise UnusableSpeechError("The voice predicted a mel spectrogram that is out of range.")


def is_silent(samples: Floats) -> bool:
    """Whether samples hold nothing to hear."""
    return len(samples) == 0 or float(np.abs(samples).max()) < SILENCE


def is_sound(samples: Floats) -> bool:
    """Whether samples are finite and within (-1, 1)."""
    return bool((np.abs(samples) <= 1.0).all())
