from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.join import Fader, faded, silence
from service.audio.pcm import Samples
from tests.audio.signals import samples

RATE = 24_000
FADE = round(0.005 * RATE)


def test_a_fade_changes_only_the_ends() -> None:
    signal = np.full(1000, 0.5, np.float32)
    result = faded(signal, RATE)
    assert abs(result[0]) < 1e-4
    assert abs(result[-1]) < 1e-4
    assert (np.diff(result[:FADE]) > 0).all()
    assert (np.diff(result[-FADE:]) < 0).all()
    np.testing.assert_array_equal(result[FADE:-FADE], signal[FADE:-FADE])
    assert (signal == 0.5).all()


@given(samples(most=300))
def test_a_fade_keeps_the_length_and_never_amplifies(signal: Samples) -> None:
    result = faded(signal, RATE)
    assert result.shape == signal.shape
    assert (np.abs(result) <= np.abs(signal)).all()


@given(samples(least=1, most=900), st.lists(st.integers(0, 400), max_size=4))
def test_pieces_fade_like_the_whole(signal: Samples, sizes: list[int]) -> None:
    fader = Fader(RATE)
    parts = np.split(signal, np.cumsum(sizes))
    pieces = [fader.push(part) for part in parts[:-1]] + [fader.push(parts[-1], last=True)]
    np.testing.assert_array_equal(np.concatenate(pieces), faded(signal, RATE))


def test_only_a_fades_length_is_held_back() -> None:
    fader = Fader(RATE)
    given = [len(fader.push(np.ones(1000, np.float32))) for _ in range(3)]
    assert given == [1000 - FADE, 1000, 1000]


@pytest.mark.parametrize(("seconds", "length"), [(0.5, 12_000), (0.0, 0), (-1.0, 0)])
def test_silence_is_as_long_as_asked_and_never_negative(seconds: float, length: int) -> None:
    assert silence(seconds, RATE).tolist() == [0.0] * length
