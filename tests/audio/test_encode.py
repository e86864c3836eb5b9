from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from service.audio.encode import FORMATS, SAMPLE_RATES, encode
from service.audio.pcm import Samples
from tests.audio.decoding import decoded, likeness
from tests.audio.signals import samples, sweep, tone

LOSSLESS = ("wav", "flac", "pcm")
# Samples by which a file may be longer: aac has no place for a length, mp3 none for too small a remainder.
PADDING = {"aac": 2 * 1024, "mp3": 46}
LIKENESS = 0.98  # of the worst, Opus at 8 kHz
every_rate = pytest.mark.parametrize("rate", SAMPLE_RATES)
every_format = pytest.mark.parametrize("format", FORMATS)


@every_rate
@every_format
def test_every_format_at_every_rate_gives_the_sound_back(format: str, rate: int) -> None:
    original = sweep(1.0, rate)
    result = decoded(encode(np.split(original, 2), rate, rate, format), rate, format)
    assert 0 <= len(result) - len(original) <= PADDING.get(format, 0)
    assert likeness(result, original) > LIKENESS
    assert np.linalg.norm(result) == pytest.approx(np.linalg.norm(original), rel=0.1)  # LAME takes 5% off


@every_rate
@every_format
def test_another_rate_keeps_pitch_length_and_loudness(format: str, rate: int) -> None:
    result = decoded(encode([tone(0.5), tone(0.5)], 24_000, rate, format), rate, format)
    assert -2 <= len(result) - rate <= PADDING.get(format, 2)
    middle = slice(rate // 4, rate * 3 // 4)
    assert likeness(result[middle], tone(0.5, rate)) > 0.95
    assert float(np.sqrt(np.mean(result[middle] ** 2))) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize(
    ("format", "start", "subtype"),
    [
        ("wav", b"RIFF", "PCM_16"),
        ("flac", b"fLaC", "PCM_16"),
        ("ogg", b"OggS", "OPUS"),
        ("mp3", b"\xff\xf3", "MPEG_LAYER_III"),
    ],
)
def test_files_are_what_their_names_say(format: str, start: bytes, subtype: str) -> None:
    content = encode([tone(0.2)], 24_000, 24_000, format)
    assert content.startswith(start)
    info = soundfile.info(BytesIO(content))
    assert (info.channels, info.samplerate, info.subtype) == (1, 24_000, subtype)
    assert info.frames == 4800


def test_aac_has_adts_headers() -> None:
    assert encode([tone(0.2)], 24_000, 24_000, "aac")[:2] == b"\xff\xf1"


@given(st.lists(samples(least=1, most=800), min_size=1, max_size=4), st.sampled_from(LOSSLESS))
@settings(max_examples=50, deadline=None)
def test_lossless_formats_give_the_saturated_samples_back(chunks: list[Samples], format: str) -> None:
    result = decoded(encode(chunks, 24_000, 24_000, format), 24_000, format)
    np.testing.assert_allclose(result, np.clip(np.concatenate(chunks), -1.0, 1.0), atol=1e-4)


@given(samples(least=10, most=800, wild=True), st.sampled_from(list(FORMATS)), st.sampled_from(SAMPLE_RATES))
@settings(max_examples=40, deadline=None)
def test_any_samples_can_be_encoded(signal: Samples, format: str, rate: int) -> None:
    result = decoded(encode([signal], 24_000, rate, format), rate, format)
    assert np.isfinite(result).all()


@given(st.lists(st.integers(0, 24_000), max_size=8), st.sampled_from(SAMPLE_RATES))
@settings(max_examples=10, deadline=None)
def test_the_file_is_the_same_however_the_sound_is_cut(cuts: list[int], rate: int) -> None:
    signal = sweep(1.0)
    for format in FORMATS:
        pieces = np.split(signal, sorted(cuts))
        assert encode(pieces, 24_000, rate, format) == encode([signal], 24_000, rate, format)


@every_rate
@every_format
def test_the_same_sound_gives_the_same_bytes_in_many_threads_at_once(format: str, rate: int) -> None:
    signal = sweep(0.5)
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda _: encode([signal], 24_000, rate, format), range(8)))
    assert set(files) == {encode([signal], 24_000, rate, format)}


@every_format
@every_rate
def test_one_sample_is_enough(format: str, rate: int) -> None:
    result = decoded(encode([np.ones(1, np.float32)], rate, rate, format), rate, format)
    assert 0 <= len(result) - 1 <= PADDING.get(format, 0)


@every_format
@pytest.mark.parametrize("chunks", [[], [np.zeros(0, np.float32)]])
def test_no_samples_are_an_error(format: str, chunks: list[Samples]) -> None:
    with pytest.raises(ValueError, match=r"^There is no audio to encode\.$"):
        encode(chunks, 24_000, 24_000, format)


def test_unknown_formats_and_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="wav, mp3, flac, ogg, aac, pcm, not aiff"):
        encode([tone(0.1)], 24_000, 24_000, "aiff")
    with pytest.raises(ValueError, match="8000, 16000, 24000, 48000, not 44100"):
        encode([tone(0.1)], 24_000, 44_100, "wav")


def test_wav_and_pcm_load_no_codecs() -> None:
    code = (
        "import sys, numpy as np; from service.audio.encode import encode\n"
        "for format in ('wav', 'pcm'): encode([np.ones(9, np.float32)], 24000, 24000, format)\n"
        "sys.exit('av' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
