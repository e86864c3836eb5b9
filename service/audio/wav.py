"""The header of a wav file."""

from __future__ import annotations

import struct

_OPEN = 0xFFFFFFFF  # as FFmpeg writes to a pipe: players read on to the end (at 0, some play nothing)
_HEADER_BYTES = 44
_SAMPLE_BYTES = 2


def wav_header(sample_rate: int, samples: int | None) -> bytes:
    """Gives what stands before mono samples of 16 bit, the lower byte first.

    Args:
        sample_rate: in Hz.
        samples: how many follow; None while nobody knows. What is too long for the format is marked so, too.
    """
    size = _OPEN if samples is None else samples * _SAMPLE_BYTES
    after_riff = min(size + _HEADER_BYTES - 8, _OPEN)
    form = struct.pack("<4sI4s", b"RIFF", after_riff, b"WAVE")
    layout = (1, 1, sample_rate, sample_rate * _SAMPLE_BYTES, _SAMPLE_BYTES, 8 * _SAMPLE_BYTES)  # PCM, mono
    return form + struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, *layout, b"data", min(size, _OPEN))
