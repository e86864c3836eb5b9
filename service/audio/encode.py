"""Samples to bytes of an audio file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from types import MappingProxyType

import numpy as np
import soundfile
from numpy.typing import NDArray

from service.audio.pcm import Samples, saturated, to_int16
from service.audio.resample import resampled

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "wav": "audio/wav",
        "mp3": "audio/mpeg",
        "flac": "audio/flac",
        "ogg": "audio/ogg",
        "pcm": "application/octet-stream",
    }
)
"""The formats that can be written, and their MIME types. ``ogg`` is Opus, ``pcm`` bare s16le."""

SAMPLE_RATES = (8000, 16000, 24000, 48000)
"""The sample rates that every format can have, in Hz."""

_CONTAINERS = {
    "wav": ("WAV", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "OPUS"),
}


def encode(chunks: Iterable[Samples], sample_rate_in: int, sample_rate_out: int, format: str) -> bytes:
    """Encodes a stream of chunks as one mono file of 16 bit (or as good a lossy one).

    Args:
        chunks: in order, at ``sample_rate_in``; beyond full scale they saturate, NaN is silence.
        sample_rate_in: of the chunks, in Hz.
        sample_rate_out: of the file, one of ``SAMPLE_RATES``.
        format: one of ``FORMATS``.

    Raises:
        ValueError: the format or the rate is not one of these, or there are no samples at all.
    """
    if format not in FORMATS:
        raise ValueError(f"The format must be one of {', '.join(FORMATS)}, not {format}.")
    if sample_rate_out not in SAMPLE_RATES:
        allowed = ", ".join(map(str, SAMPLE_RATES))
        raise ValueError(f"The sample rate must be one of {allowed}, not {sample_rate_out}.")
    sane = map(saturated, chunks)
    pieces = [to_int16(chunk) for chunk in resampled(sane, sample_rate_in, sample_rate_out)]
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
    if not len(samples):
        raise ValueError("There is no audio to encode.")
    if format == "pcm":
        return samples.astype("<i2").tobytes()
    return _file(samples, sample_rate_out, format)


def _file(samples: NDArray[np.int16], sample_rate: int, format: str) -> bytes:
    container, subtype = _CONTAINERS[format]
    buffer = BytesIO()
    soundfile.write(buffer, samples, sample_rate, format=container, subtype=subtype)
    return buffer.getvalue()
