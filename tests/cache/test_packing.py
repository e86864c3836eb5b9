"""Recordings and sentences as bytes, and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.encode import FORMATS
from service.audio.pcm import quantized
from service.cache.packing import CorruptError, pack_clips, pack_recording, unpack_clip, unpack_recording
from service.recording import Recording
from service.voice import Clip, SyllableTiming, WordTiming
from tests.cache.speech import WORD, recording

seconds = st.floats(0, 1e6)
texts = st.text(max_size=8)
places = st.integers(0, 10**6)
syllables = st.builds(SyllableTiming, texts, seconds, seconds)
words = st.builds(
    WordTiming, texts, seconds, seconds, places, places, st.lists(syllables, max_size=3).map(tuple)
)
timed = st.lists(words, max_size=4).map(tuple)
formats = st.sampled_from(list(FORMATS))
recordings = st.builds(
    Recording, st.binary(), formats, st.integers(1, 10**6), seconds, timed, seconds, seconds, seconds
)
levels = st.lists(st.floats(-1, 1, width=32), max_size=50)
sounds = levels.map(lambda level: quantized(np.array(level, np.float32)))


@given(recordings)
def test_a_recording_comes_back_as_it_was(recording: Recording) -> None:
    assert unpack_recording(pack_recording(recording)) == recording


@given(st.lists(sounds, min_size=1, max_size=4), timed)
def test_the_clips_of_a_sentence_come_back_as_one_with_the_same_samples(
    sounds: list[np.ndarray], words: tuple[WordTiming, ...]
) -> None:
    clips = [Clip(sound, words if not n else (), n == len(sounds) - 1) for n, sound in enumerate(sounds)]
    clip = unpack_clip(pack_clips(clips))
    assert clip.samples.dtype == np.float32
    assert clip.samples.tobytes() == np.concatenate(sounds).tobytes()
    assert (clip.words, clip.last) == (words, True)


@given(st.binary(max_size=200))
def test_garbage_is_known_as_such(garbage: bytes) -> None:
    for unpack in (unpack_recording, unpack_clip):
        with pytest.raises(CorruptError):
            unpack(garbage)


PACKED = pack_recording(recording(b"audio\n", WORD))


@pytest.mark.parametrize("cut", [0, 1, 50, len(PACKED) - 7, len(PACKED) - 6, len(PACKED) - 1])
def test_what_is_cut_off_is_known_as_such(cut: int) -> None:
    with pytest.raises(CorruptError):
        unpack_recording(PACKED[:cut])


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b'"size":6', b'"size":5'),
        (b'"sample_rate":24000', b'"sample_rate":"24000"'),
        (b'"format":"wav"', b'"format":"exe"'),
        (b'"seconds":1.5', b'"seconds":null'),
        (b'"words":[', b'"words":[7,'),
    ],
)
def test_a_head_that_says_what_it_may_not_is_known_as_such(part: bytes, other: bytes) -> None:
    assert part in PACKED
    with pytest.raises(CorruptError):
        unpack_recording(PACKED.replace(part, other, 1))


def test_a_recording_is_no_sentence() -> None:
    with pytest.raises(CorruptError):
        unpack_clip(pack_recording(replace(recording(), audio=b"")) + b"x")
