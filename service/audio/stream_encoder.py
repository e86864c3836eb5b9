"""Samples to bytes of an audio stream, while they are still being made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.audio.compressed import CompressedWriter
from service.audio.encode import NoAudioError, check
from service.audio.pcm import Samples, saturated, to_int16
from service.audio.resample import Resampler
from service.audio.wav import wav_header


class StreamEncoder:
    """A stream of chunks on its way to a player; all that it gives, put together, is what one plays.

    It holds back little sound: none as wav or pcm, else about a tenth of a second (aac at 8 kHz, whose
    frames are long: a quarter), and up to 70 ms more when the rate changes. Dropped without ``close``
    it frees all it holds. It is for one thread at a time.
    """

    def __init__(self, format: str, rate_in: int, rate_out: int) -> None:
        """Takes one of ``FORMATS``, the chunks' rate in Hz, and one of ``SAMPLE_RATES`` for the stream.

        Raises:
            ValueError: the format or the rate is not one of these.
        """
        check(format, rate_out)
        self._format, self._rate = format, rate_out
        self._resampler = Resampler(rate_in, rate_out)
        self._outbox = _Outbox()
        self._writer: _PlainWriter | CompressedWriter | None = None  # from the first samples on
        self._closed = False

    def push(self, samples: Samples) -> bytes:
        """Takes samples, shape (n,), and gives the bytes that are ready by now, maybe none.

        Beyond full scale they saturate, NaN is silence.

        Raises:
            ValueError: the stream is closed.
        """
        self._write(saturated(samples), last=False)
        return self._outbox.emptied()

    def close(self) -> bytes:
        """Gives the rest of the bytes; nothing can follow.

        Raises:
            NoAudioError: there were no samples at all.
            ValueError: the stream is closed already.
        """
        self._write(np.zeros(0, np.float32), last=True)
        self._closed = True
        if self._writer is None:
            raise NoAudioError
        self._writer.close()
        return self._outbox.emptied()

    def _write(self, samples: Samples, *, last: bool) -> None:
        if self._closed:
            raise ValueError("The stream is closed.")
        ready = to_int16(self._resampler.push(samples, last=last))
        if len(ready):
            self._writer = self._writer or self._opened()
            self._writer.write(ready)

    def _opened(self) -> _PlainWriter | CompressedWriter:
        if self._format in ("wav", "pcm"):
            return _PlainWriter(self._outbox, self._format, self._rate)
        return CompressedWriter(self._outbox, self._format, self._rate, live=True)


class _Outbox:
    """Bytes that wait to be fetched."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: bytes) -> int:
        self._bytes += data
        return len(data)

    def emptied(self) -> bytes:
        """Gives what is there, and keeps none of it."""
        content = bytes(self._bytes)
        self._bytes.clear()
        return content


class _PlainWriter:
    """Writes samples as they are, as wav behind a header of open length."""

    def __init__(self, outbox: _Outbox, format: str, sample_rate: int) -> None:
        self._outbox = outbox
        if format == "wav":
            outbox.write(wav_header(sample_rate, None))

    def write(self, samples: NDArray[np.int16]) -> None:
        self._outbox.write(samples.astype("<i2").tobytes())

    def close(self) -> None:
        """There is no rest."""
