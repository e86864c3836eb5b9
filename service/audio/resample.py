"""Changing the sample rate of a stream of chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from service.audio.pcm import Samples


def resampled(chunks: Iterable[Samples], rate_in: int, rate_out: int) -> Iterator[Samples]:
    """Gives the stream at another rate, chunk by chunk, as one uncut signal.

    All chunks together are as long as the input times ``rate_out / rate_in``, within a sample. The
    filter looks a few milliseconds ahead, so a chunk's end comes with the next chunk.
    """
    if rate_in == rate_out:
        yield from chunks
        return
    stream = soxr.ResampleStream(rate_in, rate_out, num_channels=1, dtype="float32", quality="HQ")
    for chunk in chunks:
        yield np.asarray(stream.resample_chunk(chunk), np.float32)
    yield np.asarray(stream.resample_chunk(np.zeros(0, np.float32), last=True), np.float32)
