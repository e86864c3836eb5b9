from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import nn

from training.folder import write_bytes, write_text
from training.loop import LOG, DivergedError, average, learning_rate, steps_done, train
from training.run import append_line, read_lines


class Falling:
    """A task of one number, which falls by its learning rate."""

    seed = 1

    def __init__(self, broken_at: int = -1) -> None:
        self.network = nn.Linear(1, 1)
        self.modules: Mapping[str, nn.Module] = {"network": self.network}
        self.optimisers: Mapping[str, torch.optim.Optimizer] = {}
        self.broken_at = broken_at

    def step(self, number: int) -> Mapping[str, float]:
        with torch.no_grad():
            self.network.weight -= 0.1
        return {"loss": float("nan") if number == self.broken_at else float(self.network.weight.detach())}


def test_each_checkpoint_is_told_in_the_log(tmp_path: Path) -> None:
    assert train(Falling(), 5, tmp_path, keep_every=2) == 5
    steps = [json.loads(line)["step"] for line in (tmp_path / LOG).read_text().splitlines()]
    assert steps == [2, 4, 5]
    assert steps_done(tmp_path) == 5
    assert train(Falling(), 5, tmp_path, keep_every=2) == 0


def test_a_loss_that_is_no_number_ends_it_before_it_is_kept(tmp_path: Path) -> None:
    with pytest.raises(DivergedError, match="step 3"):
        train(Falling(broken_at=3), 5, tmp_path, keep_every=2)
    assert steps_done(tmp_path) == 2


def test_the_rate_rises_and_falls() -> None:
    rates = [learning_rate(number, 100, 1e-3, 10) for number in range(101)]
    assert rates[0] == pytest.approx(1e-4)
    assert max(rates) == pytest.approx(1e-3) == rates[10]
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(1e-4)


def test_an_average_follows_slower_and_slower() -> None:
    averaged, current = nn.Linear(1, 1), nn.Linear(1, 1)
    nn.init.zeros_(averaged.weight)
    nn.init.ones_(current.weight)
    average(averaged, current, 0)
    assert float(averaged.weight.detach()) == pytest.approx(0.9)
    average(averaged, current, 100_000)
    assert float(averaged.weight.detach()) == pytest.approx(0.9001)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "file", "first")
    with pytest.raises(TypeError):
        write_bytes(tmp_path / "new" / "file", "no bytes")  # type: ignore[arg-type]
    assert (tmp_path / "new" / "file").read_text() == "first"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]


def test_a_line_that_was_broken_off_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    append_line(path, {"n": 1})
    with path.open("a") as file:
        file.write('{"n": 2, "half')
    assert list(read_lines(path)) == [{"n": 1}]
    append_line(path, {"n": 3})
    assert list(read_lines(path)) == [{"n": 1}, {"n": 3}]
