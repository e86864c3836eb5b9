from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.toys import takes
from training.takes import load_take, save_take, take_path


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
