from __future__ import annotations

import gc
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from av.container import OutputContainer
from hypothesis import given, settings
from hypothesis import strategies as st

from service.audio.encode import FORMATS, SAMPLE_RATES, encode
from service.audio.pcm import Samples
from service.audio.stream_encoder import StreamEncoder
from tests.audio.decoding import decoded, decoded_by_ffmpeg, likeness
from tests.audio.signals import samples, sweep, tone

COMPRESSED = ("mp3", "flac", "ogg", "aac")
NOTHING = np.zeros(0, np.float32)
PADDING = {"mp3": 2 * 1152, "aac": 2 * 1024}  # samples; neither can tell a player what to leave out
every_rate = pytest.mark.parametrize("rate", SAMPLE_RATES)
every_format = pytest.mark.parametrize("format", FORMATS)


def played(content: bytes, rate: int, format: str) -> Samples:
    """What a player gives; libsndfile needs to know how long flac is."""
    return (decoded_by_ffmpeg if format == "flac" else decoded)(content, rate, format)


def streamed(pieces: Iterable[Samples], rate_in: int, rate_out: int, format: str) -> bytes:
    encoder = StreamEncoder(format, rate_in, rate_out)
    return b"".join([*map(encoder.push, pieces), encoder.close()])


@every_rate
@every_format
def test_every_format_at_every_rate_gives_the_sound_back(format: str, rate: int) -> None:
    original = sweep(1.0, rate)
    result = played(streamed(np.split(original, 10), rate, rate, format), rate, format)
    assert 0 <= len(result) - len(original) <= PADDING.get(format, 0)
    assert likeness(result, original) > 0.98


@every_format
def test_another_rate_keeps_pitch_and_length(format: str) -> None:
    result = played(streamed([tone(1.0, 16_000)], 16_000, 24_000, format), 24_000, format)
    assert abs(len(result) - 24_000) <= PADDING.get(format, 2)
    assert likeness(result, tone(1.0, 24_000)) > 0.95


def test_bare_samples_are_the_files() -> None:
    signal = sweep(0.5)
    assert streamed([signal], 24_000, 16_000, "pcm") == encode([signal], 24_000, 16_000, "pcm")


def test_wav_is_bare_samples_behind_a_header_of_open_length() -> None:
    signal = sweep(0.5)
    content = streamed([signal], 24_000, 16_000, "wav")
    assert content[44:] == encode([signal], 24_000, 16_000, "pcm")
    assert content[4:8] == content[40:44] == b"\xff" * 4


@pytest.mark.parametrize("format", ["wav", "mp3", "ogg"])
def test_ffmpeg_plays_what_libsndfile_plays(format: str) -> None:
    content = streamed(np.split(sweep(0.5, 48_000), 5), 48_000, 48_000, format)
    one, other = decoded(content, 48_000, format), decoded_by_ffmpeg(content, 48_000, format)
    assert len(one) == len(other)
    assert likeness(one, other) > 0.999


@given(st.lists(samples(most=2000, wild=True), min_size=1, max_size=5), st.sampled_from(SAMPLE_RATES))
@settings(max_examples=25, deadline=None)
def test_the_stream_is_the_same_however_the_sound_is_cut(pieces: list[Samples], rate: int) -> None:
    whole = np.concatenate([np.ones(100, np.float32), *pieces])
    for format in FORMATS:
        cut = streamed([whole[:100], *pieces], 24_000, rate, format)
        assert cut == streamed([whole], 24_000, rate, format)


@every_rate
@every_format
def test_little_sound_is_held_back(format: str, rate: int) -> None:
    encoder = StreamEncoder(format, rate, rate)
    allowed = 0.2 if (format, rate) != ("aac", 8000) else 0.3  # whose frames are of 128 ms, two at a time
    given_seconds, content = 0.0, b""
    for piece in np.split(sweep(2.0, rate), 20):
        content += encoder.push(piece)
        given_seconds += 0.1
        if given_seconds > allowed:
            heard = len(played(content, rate, format)) / rate if content else 0.0
            assert given_seconds - heard <= allowed


def test_bare_samples_and_wav_are_not_held_back_at_all() -> None:
    assert len(StreamEncoder("pcm", 24_000, 24_000).push(tone(0.1))) == 4800
    assert len(StreamEncoder("wav", 24_000, 24_000).push(tone(0.1))) == 4800 + 44


@every_format
def test_pushing_nothing_gives_nothing(format: str) -> None:
    encoder = StreamEncoder(format, 24_000, 24_000)
    assert encoder.push(NOTHING) == b""
    content = encoder.push(tone(0.2))
    assert encoder.push(NOTHING) == b""
    assert content + encoder.close() == streamed([tone(0.2)], 24_000, 24_000, format)


@every_rate
@every_format
def test_one_sample_is_enough(format: str, rate: int) -> None:
    content = streamed([np.ones(1, np.float32)], rate, rate, format)
    assert 1 <= len(played(content, rate, format)) <= PADDING.get(format, 1)


@every_format
@pytest.mark.parametrize("pieces", [[], [NOTHING]])
def test_no_samples_are_an_error(format: str, pieces: list[Samples]) -> None:
    with pytest.raises(ValueError, match=r"^There is no audio to encode\.$"):
        streamed(pieces, 24_000, 24_000, format)


@every_format
def test_nothing_follows_the_end(format: str) -> None:
    encoder = StreamEncoder(format, 24_000, 24_000)
    encoder.push(tone(0.1))
    encoder.close()
    with pytest.raises(ValueError, match="closed"):
        encoder.push(tone(0.1))
    with pytest.raises(ValueError, match="closed"):
        encoder.close()


def test_unknown_formats_and_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="wav, mp3, flac, ogg, aac, pcm, not aiff"):
        StreamEncoder("aiff", 24_000, 24_000)
    with pytest.raises(ValueError, match="8000, 16000, 24000, 48000, not 44100"):
        StreamEncoder("wav", 24_000, 44_100)


def test_many_streams_at_once_are_the_same_as_each_alone() -> None:
    pieces = np.split(sweep(1.0), 10)
    wanted = [(format, rate) for format in FORMATS for rate in SAMPLE_RATES] * 2
    alone = [streamed(pieces, 24_000, rate, format) for format, rate in wanted]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda one: streamed(pieces, 24_000, one[1], one[0]), wanted)) == alone


def test_streams_in_turns_are_the_same_as_each_alone() -> None:
    pieces = np.split(sweep(1.0), 10)
    encoders = {format: StreamEncoder(format, 24_000, 24_000) for format in FORMATS}
    contents = dict.fromkeys(FORMATS, b"")
    for piece in pieces:
        for format, encoder in encoders.items():
            contents[format] += encoder.push(piece)
    for format, encoder in encoders.items():
        assert contents[format] + encoder.close() == streamed(pieces, 24_000, 24_000, format)


@pytest.mark.parametrize("format", COMPRESSED)
def test_a_stream_that_is_dropped_unclosed_is_freed_at_once(format: str) -> None:
    gc.collect()
    gc.disable()
    try:
        encoder: StreamEncoder | None = StreamEncoder(format, 24_000, 24_000)
        assert encoder is not None
        encoder.push(tone(0.3))
        assert sum(type(thing) is OutputContainer for thing in gc.get_objects()) == 1
        encoder = None
        assert not any(type(thing) is OutputContainer for thing in gc.get_objects())
    finally:
        gc.enable()
