"""Work in several processes is the work of one, and the end of a process is noticed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from tests.waiting import PATIENCE
from training.together import together

ENDLESS = "import tests.training.test_together as t; list(t.together([1, 2], t.endless, 2))"


def squares(numbers: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    for number in numbers:
        yield number, number * number, os.getpid()


def death(numbers: Sequence[int]) -> Iterator[int]:
    yield numbers[0]
    os._exit(1)


def endless(numbers: Sequence[int]) -> Iterator[int]:
    for number in numbers:
        os.write(1, b"at work\n")  # at once: what two print, PYTHONUNBUFFERED lets mingle
        time.sleep(1_000)
        yield number


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_every_part_is_worked_on_once(workers: int) -> None:
    found = sorted(together(list(range(5)), squares, workers))
    assert [(number, square) for number, square, _ in found] == [(n, n * n) for n in range(5)]
    assert len({process for *_, process in found}) == min(workers, 5)
    assert (os.getpid() in {process for *_, process in found}) == (workers == 1)


def test_without_work_there_is_nothing_to_find() -> None:
    assert list(together([], squares, 4)) == []


def test_a_process_that_dies_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="has died"):
        list(together([1, 2, 3, 4], death, 2))


def test_no_process_is_left_when_the_one_that_started_them_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        told = [first.stdout.readline() for _ in "12"]
        first.kill()
        first.communicate(timeout=PATIENCE)  # returns when nobody is left who could write
    assert told == ["at work\n"] * 2
