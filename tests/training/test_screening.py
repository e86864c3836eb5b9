from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.training.toys import takes
from training.audio import RATE
from training.screening import Finding, groups, shared_errors


def test_errors_are_laid_at_the_door_of_the_take_that_they_were_made_in() -> None:
    said = [["ni", "hao"], ["zai", "jian"], ["xie", "xie"]]
    assert shared_errors(said, ["ni", "hao", "zai", "jian", "xie", "xie"]) == [0, 0, 0]
    assert shared_errors(said, ["ni", "hao", "zai", "tian", "xie", "xie"]) == [0, 1, 0]
    assert shared_errors(said, ["ni", "hao", "zai", "jian"]) == [0, 0, 2]
    assert shared_errors(said, ["ni", "hao", "zai", "jian", "xie", "xie", "da"]) == [0, 0, 1]
    assert sum(shared_errors(said, [])) == 6


def test_a_single_error_is_forgiven_and_a_seventh_of_a_long_take() -> None:
    assert Finding("a", 1, 2).good
    assert not Finding("a", 2, 4).good
    assert Finding("a", 6, 40).good
    assert not Finding("a", 7, 40).good


def test_as_many_takes_are_heard_at_once_as_the_recogniser_can_hear() -> None:
    long = [replace(take, samples=np.zeros(10 * RATE, np.float32)) for take in takes(5)]
    assert [len(group) for group in groups(iter(long))] == [2, 2, 1]
