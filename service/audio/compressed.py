"""Compressed audio, as FFmpeg writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, cast
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.stream import AudioStream
    from av.container import OutputContainer


class Sink(Protocol):
    """Takes bytes as they come. One that can ``seek`` and ``tell``, too, gets the length into its header."""

    def write(self, data: bytes, /) -> int | None:
        """Takes the bytes that come next."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How FFmpeg makes a format: its muxer and codec, the codec's bit rates by sample rate, and options."""

    muxer: str
    codec: str
    bit_rates: Mapping[int, int] = field(default_factory=dict)
    codec_options: Mapping[str, str] = field(default_factory=dict)
    file_options: Mapping[str, str] = field(default_factory=dict)
    stream_options: Mapping[str, str] = field(default_factory=dict)


# Bit rates of mp3 and ogg: round ones at which the spectrum of Mandarin speech (log-spectral distance over
# frames of 32 ms) comes out nearer to the original than at the quality that libsndfile takes by default.
# Those of aac: where it is about as near as mp3.
_KINDS = {
    "mp3": _Kind(
        "mp3",
        "libmp3lame",
        {8_000: 32_000, 16_000: 56_000, 24_000: 64_000, 48_000: 80_000},
        codec_options={"reservoir": "0"},  # a frame that borrows room from others would wait for them
        file_options={"id3v2_version": "0"},  # there is nothing to tell
    ),
    "flac": _Kind("flac", "flac", file_options={"metadata_header_padding": "0"}),  # it would be 8 KiB
    "ogg": _Kind(
        "ogg",
        "libopus",
        {8_000: 24_000, 16_000: 32_000, 24_000: 40_000, 48_000: 64_000},
        stream_options={"page_duration": "40000"},  # microseconds; a page is kept back until the next begins
    ),
    "aac": _Kind("adts", "aac", {8_000: 32_000, 16_000: 48_000, 24_000: 64_000, 48_000: 80_000}),
}
_SAME = "+bitexact"  # the same bytes each time: no dates, no random serial numbers, no versions


class CompressedWriter:
    """Writes mono samples of 16 bit as mp3, flac, ogg (Opus) or aac (ADTS).

    What it holds is freed with it, also when it was never closed.
    """

    def __init__(self, sink: Sink, format: str, sample_rate: int, *, live: bool) -> None:
        """Takes where the bytes go, and the samples' rate in Hz.

        With ``live``, each piece of sound goes there soon after it is encoded.
        """
        kind = _KINDS[format]
        self._rate, self._written = sample_rate, 0
        self._container = _container(sink, kind, live=live)
        # Its parts refer to each other: unclosed, they would wait for the garbage collector, which crashes
        # on them up to PyAV 16.
        finalize(self, self._container.close)
        self._codec = _codec(self._container, kind, sample_rate)

    def write(self, samples: NDArray[np.int16]) -> None:
        """Takes samples, shape (n,) and not empty, and writes what makes whole frames by now."""
        from av import AudioFrame

        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples)[np.newaxis], "s16", "mono")
        frame.sample_rate, frame.time_base = self._rate, Fraction(1, self._rate)
        frame.pts = self._written
        self._written += len(samples)
        self._container.mux(self._codec.encode(frame))

    def close(self) -> None:
        """Writes the rest; there must have been samples, and no more can follow."""
        self._container.mux(self._codec.encode(None))
        self._container.close()


def _container(sink: Sink, kind: _Kind, *, live: bool) -> OutputContainer:
    import av  # here, because FFmpeg takes 17 MB that wav and pcm do without

    options = {"fflags": _SAME, **kind.file_options, **(kind.stream_options if live else {})}
    return av.open(sink, "w", format=kind.muxer, container_options=options)


def _codec(container: OutputContainer, kind: _Kind, sample_rate: int) -> AudioCodecContext:
    options = {"flags": _SAME, **kind.codec_options}
    stream = cast("AudioStream", container.add_stream(kind.codec, rate=sample_rate, options=options))
    codec = stream.codec_context
    codec.layout = "mono"
    if kind.bit_rates:
        codec.bit_rate = kind.bit_rates[sample_rate]
    return codec
