from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.envelope import Envelope

RATE = 16_000
RAMP = 160
ONES = np.full(4000, 0.5, np.float32)


def test_gain_one_changes_nothing() -> None:
    assert Envelope([1.0, 1.0], [10], RATE).applied(ONES, 0) is ONES


def test_a_step_is_a_straight_ramp_of_ten_milliseconds_around_it() -> None:
    gain = Envelope([1.0, 0.5, 0.0], [1000, 3000], RATE).applied(ONES, 0) / 0.5
    np.testing.assert_allclose(gain[:920], 1.0)
    np.testing.assert_allclose(np.diff(gain[920:1080]), -0.5 / RAMP, atol=1e-6)
    np.testing.assert_allclose(gain[1080:2920], 0.5, atol=1e-6)
    np.testing.assert_allclose(gain[3080:], 0.0, atol=1e-6)


def test_steps_closer_than_a_ramp_never_jump() -> None:
    gain = Envelope([0.0, 2.0, 0.0, 1.0], [1000, 1010, 1010], RATE).applied(ONES, 0)
    assert np.abs(np.diff(gain)).max() <= 2 / RAMP


def test_gains_over_one_stay_within_full_scale() -> None:
    loud = Envelope([2.0, 1.0], [2000], RATE).applied(ONES * 1.9, 0)
    assert np.abs(loud).max() <= 1


@given(st.lists(st.integers(0, 4000), max_size=5).map(sorted))
def test_pieces_get_what_the_whole_gets(cuts: list[int]) -> None:
    envelope = Envelope([0.2, 1.5, 0.0], [700, 2500], RATE)
    borders = [0, *cuts, len(ONES)]
    pieces = [envelope.applied(ONES[a:b], a) for a, b in pairwise(borders)]
    np.testing.assert_allclose(np.concatenate(pieces), envelope.applied(ONES, 0), atol=1e-6)


def test_a_wrong_number_of_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="2 gains need 1 steps, not 0"):
        Envelope([1.0, 2.0], [], RATE)
