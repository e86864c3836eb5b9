"""Recordings and clips as bytes: a line of JSON, then the sound.

The sound is not compressed. ``python -m bench.cache`` measures what that would save: of a sentence's 16 bit
samples zlib saves a sixth and FLAC two fifths, but reading takes longer then (3 and 9 ms for 11 s of speech)
than all the rest of a hit does (1 ms), and the compressed formats have nothing left to save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from service.audio.encode import FORMATS
from service.audio.pcm import from_int16, to_int16
from service.recording import Recording
from service.voice import Clip, WordTiming

_END = b"\n"  # of the JSON, which has none inside
_SAMPLE_BYTES = 2

Head = TypeVar("Head")


class CorruptError(ValueError):
    """These bytes are not what they should be."""


@dataclass(frozen=True, slots=True)
class _RecordingHead:
    size: int  # bytes of audio
    rest: Recording  # without its audio


@dataclass(frozen=True, slots=True)
class _ClipHead:
    size: int
    words: tuple[WordTiming, ...]


def pack_recording(recording: Recording) -> bytes:
    """Gives a recording as bytes."""
    head = _RecordingHead(len(recording.audio), replace(recording, audio=b""))
    return _packed(_recording_heads(), head, recording.audio)


def unpack_recording(packed: bytes) -> Recording:
    """Gives a recording back as it was.

    Raises:
        CorruptError: the bytes are not from ``pack_recording``.
    """
    head, audio = _unpacked(_recording_heads(), packed)
    if head.rest.format not in FORMATS or len(audio) != head.size:
        raise CorruptError("This is not a whole recording.")
    return replace(head.rest, audio=audio)


def pack_clips(clips: Sequence[Clip]) -> bytes:
    """Gives a sentence's clips as bytes, at least one; their samples must lie on the grid of 16 bit."""
    sound = to_int16(np.concatenate([clip.samples for clip in clips])).astype("<i2").tobytes()
    words = tuple(word for clip in clips for word in clip.words)
    return _packed(_clip_heads(), _ClipHead(len(sound), words), sound)


def unpack_clip(packed: bytes) -> Clip:
    """Gives a sentence back as one clip.

    Raises:
        CorruptError: the bytes are not from ``pack_clips``.
    """
    head, sound = _unpacked(_clip_heads(), packed)
    if len(sound) != head.size or len(sound) % _SAMPLE_BYTES:
        raise CorruptError("This is not a whole sentence.")
    return Clip(from_int16(np.frombuffer(sound, "<i2").astype(np.int16, copy=False)), head.words)


def _packed(heads: TypeAdapter[Head], head: Head, sound: bytes) -> bytes:
    return b"".join((heads.dump_json(head), _END, sound))


def _unpacked(heads: TypeAdapter[Head], packed: bytes) -> tuple[Head, bytes]:
    head, _, sound = packed.partition(_END)
    try:
        return heads.validate_json(head, strict=True), sound
    except ValidationError:
        raise CorruptError("This does not begin as it should.") from None


@cache
def _recording_heads() -> TypeAdapter[_RecordingHead]:
    """Made when it is first needed, since that takes a while."""
    return TypeAdapter(_RecordingHead)


@cache
def _clip_heads() -> TypeAdapter[_ClipHead]:
    return TypeAdapter(_ClipHead)
