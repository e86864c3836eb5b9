"""Changing the sample rate of a stream of chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from service.audio.pcm import Samples


def resampled(chunks: Iterable[Samples], rate_in: int, rate_out: int) -> Iterator[Samples]:
    """Gives the stream at another rate, chunk by chunk, as one uncut signal.

    All chunks together are as long as the input times ``rate_out / rate_in``, within a sample. The
    filter looks 40 to 70 ms ahead, so a chunk's end comes with the next chunk.
    """
    if rate_in == rate_out:
        yield from chunks
        return
    resampler = Resampler(rate_in, rate_out)
    for chunk in chunks:
        yield resampler.push(chunk)
    yield resampler.push(np.zeros(0, np.float32), last=True)


class Resampler:
    """A stream of chunks on its way to another rate; see ``resampled``."""

    def __init__(self, rate_in: int, rate_out: int) -> None:
        """Takes both rates in Hz; equal ones leave the samples as they are."""
        self._stream = None
        if rate_in != rate_out:
            quality = {"num_channels": 1, "dtype": "float32", "quality": "HQ"}
            self._stream = soxr.ResampleStream(rate_in, rate_out, **quality)

    def push(self, chunk: Samples, *, last: bool = False) -> Samples:
        """Takes a chunk and gives what is ready by now: with the last chunk, all that is left."""
        if self._stream is None:
            return chunk
        return np.asarray(self._stream.resample_chunk(chunk, last=last), np.float32)
