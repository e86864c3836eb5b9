"""How small a sentence becomes when it is compressed, and what that costs."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from io import BytesIO
from statistics import median
from typing import TypeVar

import av
import numpy as np

from bench.studio import texts
from service.audio.encode import encode
from service.audio.pcm import quantized
from service.cache.packing import pack_clips, unpack_clip
from service.parts import build_synthesizer
from service.settings import load_settings
from service.speech import Utterance
from service.voice import Clip, Samples

_CHARACTERS = 50
_TIMES = 9

Made = TypeVar("Made")
Row = tuple[str, str, str, str]


def forms() -> list[Row]:
    """Speaks a text of 50 characters with the embedded voice and packs it in several ways."""
    samples, rate = _spoken()
    clip = Clip(samples, ())
    plain = pack_clips([clip])
    return [
        _row("16 bit, as it is kept", len(plain), lambda: pack_clips([clip]), unpack_clip),
        _row("16 bit, zlib -1", len(plain), lambda: zlib.compress(plain, 1), zlib.decompress),
        _row("16 bit, zlib -6", len(plain), lambda: zlib.compress(plain, 6), zlib.decompress),
        _row("FLAC", len(plain), lambda: encode([samples], rate, rate, "flac"), _decoded),
    ]


def _spoken() -> tuple[Samples, int]:
    text = next(text for text in texts("timed") if len(text) == _CHARACTERS)
    chunks = list(build_synthesizer(load_settings()).stream(Utterance(text)))
    return quantized(np.concatenate([chunk.samples for chunk in chunks])), chunks[0].sample_rate


def _row(name: str, plain: int, write: Callable[[], bytes], read: Callable[[bytes], object]) -> Row:
    packed, writing = _timed(write)
    _, reading = _timed(lambda: read(packed))
    return name, f"{len(packed) / plain:.0%}", f"{writing * 1000:.2f}", f"{reading * 1000:.2f}"


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    """What the work makes, and the median of the seconds that it takes."""
    seconds = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - started)
    return made, median(seconds)


def _decoded(packed: bytes) -> list[object]:
    with av.open(BytesIO(packed)) as container:
        return [frame.to_ndarray() for frame in container.decode(audio=0)]
