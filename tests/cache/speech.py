"""Recordings to keep."""

from __future__ import annotations

from service.recording import Recording
from service.voice import SyllableTiming, WordTiming

WORD = WordTiming("你好", 0.0, 0.5, 0, 2, (SyllableTiming("ni2", 0.0, 0.2), SyllableTiming("hao3", 0.2, 0.5)))


def recording(audio: bytes = b"audio", *words: WordTiming) -> Recording:
    return Recording(audio, "wav", 24000, 1.5, words, 0.1, 0.2, 0.3)


def never() -> Recording:
    raise AssertionError("made although it was there")
