from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from service.audio.encode import FORMATS, SAMPLE_RATES, encode
from service.audio.pcm import Samples
from tests.audio.signals import samples, tone

LOSSY = ("mp3", "ogg")
CODEC_DELAY = 0.1  # seconds by which a lossy format may be longer


def decoded(content: bytes, rate: int, format: str) -> Samples:
    if format == "pcm":
        return np.asarray(np.frombuffer(content, "<i2") / 32767, np.float32)
    result, found = soundfile.read(BytesIO(content), dtype="float32")
    assert found == rate
    assert result.ndim == 1
    return np.asarray(result, np.float32)


@pytest.mark.parametrize("rate", SAMPLE_RATES)
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_at_every_rate_gives_the_sound_back(format: str, rate: int) -> None:
    content = encode([tone(0.5), tone(0.5)], 24_000, rate, format)
    result = decoded(content, rate, format)
    assert abs(len(result) / rate - 1.0) <= (CODEC_DELAY if format in LOSSY else 2 / rate)
    middle = slice(rate // 4, rate * 3 // 4)
    loudness = float(np.sqrt(np.mean(result[middle] ** 2)))
    assert loudness == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize(
    ("format", "start"), [("wav", b"RIFF"), ("flac", b"fLaC"), ("ogg", b"OggS"), ("mp3", None)]
)
def test_files_are_what_their_names_say(format: str, start: bytes | None) -> None:
    content = encode([tone(0.2)], 24_000, 24_000, format)
    if start:
        assert content.startswith(start)
    info = soundfile.info(BytesIO(content))
    assert info.channels == 1
    subtypes = {"wav": "PCM_16", "flac": "PCM_16", "ogg": "OPUS", "mp3": "MPEG_LAYER_III"}
    assert info.subtype == subtypes[format]


@given(st.lists(samples(least=1, most=800), min_size=1, max_size=4), st.sampled_from(["wav", "flac", "pcm"]))
@settings(max_examples=50)
def test_lossless_formats_give_the_saturated_samples_back(chunks: list[Samples], format: str) -> None:
    result = decoded(encode(chunks, 24_000, 24_000, format), 24_000, format)
    np.testing.assert_allclose(result, np.clip(np.concatenate(chunks), -1.0, 1.0), atol=1e-4)


@given(samples(least=10, most=800, wild=True), st.sampled_from(list(FORMATS)), st.sampled_from(SAMPLE_RATES))
@settings(max_examples=40, deadline=None)
def test_any_samples_can_be_encoded(signal: Samples, format: str, rate: int) -> None:
    result = decoded(encode([signal], 24_000, rate, format), rate, format)
    assert np.isfinite(result).all()


@pytest.mark.parametrize("format", LOSSY)
@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_one_sample_is_enough(format: str, rate: int) -> None:
    assert encode([np.ones(1, np.float32)], rate, rate, format)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("chunks", [[], [np.zeros(0, np.float32)]])
def test_no_samples_are_an_error(format: str, chunks: list[Samples]) -> None:
    with pytest.raises(ValueError, match="no audio"):
        encode(chunks, 24_000, 24_000, format)


def test_unknown_formats_and_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="wav, mp3, flac, ogg, pcm, not aiff"):
        encode([tone(0.1)], 24_000, 24_000, "aiff")
    with pytest.raises(ValueError, match="8000, 16000, 24000, 48000, not 44100"):
        encode([tone(0.1)], 24_000, 44_100, "wav")
