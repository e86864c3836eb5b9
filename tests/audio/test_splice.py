from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.pcm import Samples
from service.audio.splice import Splice, spliced

RATE = 16_000
FADE = 80
SIGNAL = np.full(2000, 0.5, np.float32)


@pytest.mark.parametrize(
    ("wanted", "splice"),
    [
        (100, Splice(1050, 1050, 0)),
        (300, Splice(1050, 1050, 200)),
        (40, Splice(1020, 1080, 0)),
        (0, Splice(1000, 1100, 0)),
    ],
)
def test_a_pause_is_changed_in_its_middle(wanted: int, splice: Splice) -> None:
    made = Splice.lasting(1000, 1100, wanted)
    assert made == splice
    assert made.growth == wanted - 100


def test_silence_is_put_in_between_fades() -> None:
    result = spliced(SIGNAL, 0, [Splice(1000, 1000, 300)], RATE)
    assert len(result) == 2300
    assert not result[1000:1300].any()
    assert (np.diff(result[920:1000]) < 0).all()
    assert (np.diff(result[1300:1380]) > 0).all()
    np.testing.assert_array_equal(result[:920], SIGNAL[:920])
    np.testing.assert_array_equal(result[1380:], SIGNAL[1080:])


def test_what_is_too_long_is_taken_out() -> None:
    signal = np.concatenate([SIGNAL[:1000], np.full(500, 0.9, np.float32), SIGNAL[:500]])
    result = spliced(signal, 0, [Splice(1000, 1500, 0)], RATE)
    assert len(result) == 1500
    assert result.max() == 0.5
    assert result[999] < 0.01


def test_a_pause_that_is_right_already_is_left_alone() -> None:
    np.testing.assert_array_equal(spliced(SIGNAL, 0, [Splice(1000, 1000, 0)], RATE), SIGNAL)


@given(st.lists(st.integers(0, 2000), max_size=6).map(sorted))
def test_pieces_get_what_the_whole_gets(cuts: list[int]) -> None:
    splices = [Splice(0, 0, 7), Splice(400, 900, 0), Splice(1200, 1200, 250), Splice(1500, 1510, 3)]

    def piece(start: int, end: int) -> Samples:
        return spliced(SIGNAL[start:end], start, splices, RATE)

    borders = [0, *cuts, len(SIGNAL)]
    pieces = [piece(a, b) for a, b in pairwise(borders)]
    np.testing.assert_array_equal(np.concatenate(pieces), piece(0, len(SIGNAL)))
