"""Samples to bytes of an audio file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from service.audio.compressed import CompressedWriter
from service.audio.pcm import Samples, saturated, to_int16
from service.audio.resample import resampled
from service.audio.wav import wav_header

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "wav": "audio/wav",
        "mp3": "audio/mpeg",
        "flac": "audio/flac",
        "ogg": "audio/ogg",
        "aac": "audio/aac",
        "pcm": "application/octet-stream",
    }
)
"""The formats that can be written, and their MIME types.

``ogg`` is Opus, ``aac`` has ADTS headers, ``pcm`` is bare s16le.
"""

SAMPLE_RATES = (8000, 16000, 24000, 48000)
"""The sample rates that every format can have, in Hz."""


class NoAudioError(ValueError):
    """There was nothing to encode; the message says so."""

    def __init__(self) -> None:
        super().__init__("There is no audio to encode.")


def check(format: str, sample_rate: int) -> None:
    """Checks that there is such a format and such a sample rate.

    Raises:
        ValueError: the format is none of ``FORMATS`` or the rate none of ``SAMPLE_RATES``.
    """
    if format not in FORMATS:
        raise ValueError(f"The format must be one of {', '.join(FORMATS)}, not {format}.")
    if sample_rate not in SAMPLE_RATES:
        allowed = ", ".join(map(str, SAMPLE_RATES))
        raise ValueError(f"The sample rate must be one of {allowed}, not {sample_rate}.")


def encode(chunks: Iterable[Samples], sample_rate_in: int, sample_rate_out: int, format: str) -> bytes:
    """Encodes a stream of chunks as one mono file of 16 bit (or as good a lossy one).

    The same samples give the same bytes each time, however they are cut into chunks.

    Args:
        chunks: in order, at ``sample_rate_in``; beyond full scale they saturate, NaN is silence.
        sample_rate_in: of the chunks, in Hz.
        sample_rate_out: of the file, one of ``SAMPLE_RATES``.
        format: one of ``FORMATS``.

    Raises:
        ValueError: the format or the rate is not one of these.
        NoAudioError: there are no samples at all.
    """
    check(format, sample_rate_out)
    sane = map(saturated, chunks)
    pieces = (to_int16(chunk) for chunk in resampled(sane, sample_rate_in, sample_rate_out))
    sounding = (piece for piece in pieces if len(piece))
    if format in ("wav", "pcm"):
        return _plain(sounding, sample_rate_out, format)
    return _compressed(sounding, sample_rate_out, format)


def _plain(pieces: Iterator[NDArray[np.int16]], sample_rate: int, format: str) -> bytes:
    data = b"".join(piece.astype("<i2").tobytes() for piece in pieces)
    if not data:
        raise NoAudioError
    return data if format == "pcm" else wav_header(sample_rate, len(data) // 2) + data


def _compressed(pieces: Iterator[NDArray[np.int16]], sample_rate: int, format: str) -> bytes:
    buffer, writer = BytesIO(), None
    for piece in pieces:
        writer = writer or CompressedWriter(buffer, format, sample_rate, live=False)
        writer.write(piece)
    if writer is None:
        raise NoAudioError
    writer.close()
    return buffer.getvalue()
