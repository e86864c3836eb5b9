from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.toys import takes
from training.takes import load_take, save_take, take_path
from training.teacher.teacher import continuous


def test_a_take_comes_back_from_its_file(tmp_path: Path) -> None:
    take = takes(1)[0]
    save_take(tmp_path, take)
    found = load_take(tmp_path, take.name)
    assert (found.said, found.line, found.voice, found.intensity) == (take.said, take.line, take.voice, 0.5)
    assert np.array_equal(found.durations, take.durations)
    assert np.array_equal(found.f0, take.f0)
    assert np.array_equal(found.voiced, take.voiced)
    assert np.abs(found.samples - take.samples).max() <= 0.5 / 32767 + 1e-7


@pytest.mark.parametrize("part", ["samples", "durations", "f0", "voiced"])
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, part: str) -> None:
    take = takes(1)[0]
    with pytest.raises(ValueError, match="do not fit"):
        save_take(tmp_path, replace(take, **{part: getattr(take, part)[:-1]}))
    assert not take_path(tmp_path, take.name).exists()


def test_f0_runs_on_where_there_is_none() -> None:
    f0 = np.array([0, 100, 0, 400, 40], np.float32)
    assert np.allclose(continuous(f0), [100, 100, 200, 400, 400])
    with pytest.raises(ValueError, match="voiced"):
        continuous(np.zeros(3, np.float32))
