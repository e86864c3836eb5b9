from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import soundfile

from service.audio.encode import SAMPLE_RATES
from service.audio.wav import wav_header
from tests.audio.decoding import decoded, decoded_by_ffmpeg


@pytest.mark.parametrize("rate", SAMPLE_RATES)
@pytest.mark.parametrize("count", [1, 2, 999])
def test_the_header_is_libsndfiles(count: int, rate: int) -> None:
    samples, expected = np.arange(count, dtype="<i2"), BytesIO()
    soundfile.write(expected, samples, rate, format="WAV", subtype="PCM_16")
    assert wav_header(rate, count) + samples.tobytes() == expected.getvalue()


def test_players_read_on_to_the_end_where_the_length_is_open() -> None:
    samples = np.arange(5000, dtype="<i2")
    content = wav_header(24_000, None) + samples.tobytes()
    for sound in (decoded(content, 24_000, "wav"), decoded_by_ffmpeg(content, 24_000, "wav")):
        np.testing.assert_array_equal(sound * 32768, samples)


def test_the_length_of_more_than_four_gigabytes_is_open() -> None:
    assert wav_header(48_000, 1 << 31) == wav_header(48_000, None)
