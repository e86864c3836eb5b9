from __future__ import annotations

import pytest

from service.runtime.pace import Pace


def test_before_any_work_it_guesses() -> None:
    assert 1.0 < Pace().seconds(100) < 100.0


def test_a_little_work_outweighs_the_guess() -> None:
    pace = Pace()
    pace.worked(10.0)
    pace.spoke(1000)
    assert pace.seconds(100) == pytest.approx(1.0, rel=0.1)


def test_it_follows_a_change() -> None:
    pace = Pace()
    for characters in (100, 10):
        for _ in range(100):
            pace.worked(1.0)
            pace.spoke(characters)
    assert pace.seconds(100) == pytest.approx(10.0, rel=0.4)


def test_work_without_any_result_makes_the_estimate_longer() -> None:
    pace = Pace()
    before = pace.seconds(100)
    pace.worked(30.0)
    assert pace.seconds(100) > 10 * before
