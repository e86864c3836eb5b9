"""The training loop: checkpoints often, and after an interruption as if there had been none.

All that is random in a step follows from the seed and the step's number, so nothing needs to be remembered.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import torch
from torch import nn
from torch.optim import Optimizer

from training.folder import read_tensors, write_tensors

CHECKPOINT = "checkpoint.pth"
LOG = "log.jsonl"

Figures = Mapping[str, float]
Told = Callable[[int, Figures], None]
"""Is told each step that is done, and its losses."""

_SMOOTHEST = 0.999  # share of the average that a step keeps


class Task(Protocol):
    """What is trained."""

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """All networks whose numbers change, averages included, by name."""

    @property
    def optimisers(self) -> Mapping[str, Optimizer]:
        """By name."""

    @property
    def seed(self) -> int:
        """Of the run."""

    def step(self, number: int) -> Figures:
        """Does one step and gives its losses."""


class DivergedError(RuntimeError):
    """A loss is not finite any more."""


def train(task: Task, steps: int, folder: Path, keep_every: int, told: Told = lambda *_: None) -> int:
    """Trains up to a number of steps, from the last checkpoint on where there is one.

    Args:
        task: what is trained; it takes up the checkpoint.
        steps: to be reached in all.
        folder: of the checkpoint and the log.
        keep_every: steps from checkpoint to checkpoint.
        told: is told how it goes.

    Returns:
        The steps that were done now.

    Raises:
        DivergedError: see there; the last checkpoint stays.
    """
    start = resume(task, folder)
    told(start, {})
    begun = time.monotonic()
    for number in range(start, steps):
        torch.manual_seed(task.seed * 1_000_003 + number)
        figures = task.step(number)
        if not all(map(math.isfinite, figures.values())):
            raise DivergedError(f"A loss is not finite in step {number}: {dict(figures)}.")
        told(number + 1, figures)
        if (number + 1) % keep_every == 0 or number + 1 == steps:
            keep(task, folder, number + 1)
            seconds = time.monotonic() - begun
            _log(folder, number + 1, {**figures, "seconds": seconds})
    return max(0, steps - start)


def keep(task: Task, folder: Path, step: int) -> None:
    """Writes a checkpoint."""
    document = {
        "step": step,
        "modules": {name: module.state_dict() for name, module in task.modules.items()},
        "optimisers": {name: optimiser.state_dict() for name, optimiser in task.optimisers.items()},
    }
    write_tensors(folder / CHECKPOINT, document)


def steps_done(folder: Path) -> int:
    """Gives the step of the last checkpoint, 0 where there is none."""
    path = folder / CHECKPOINT
    return int(read_tensors(path)["step"]) if path.is_file() else 0


def resume(task: Task, folder: Path) -> int:
    """Takes up the last checkpoint, if there is one, and gives the number of steps done."""
    path = folder / CHECKPOINT
    if not path.is_file():
        return 0
    document = read_tensors(path)
    for name, module in task.modules.items():
        module.load_state_dict(document["modules"][name])
    for name, optimiser in task.optimisers.items():
        optimiser.load_state_dict(document["optimisers"][name])
    return int(document["step"])


def learning_rate(number: int, steps: int, highest: float, warmup: int) -> float:
    """Rises in a line over the warm-up and falls by a cosine to a tenth."""
    if number < warmup:
        return highest * (number + 1) / warmup
    progress = (number - warmup) / max(1, steps - warmup)
    return highest * (0.1 + 0.45 * (1 + math.cos(math.pi * min(1.0, progress))))


def set_rate(optimiser: Optimizer, rate: float) -> None:
    """Gives an optimiser its learning rate for the next step."""
    for group in optimiser.param_groups:
        group["lr"] = rate


@torch.no_grad()
def average(averaged: nn.Module, current: nn.Module, number: int) -> None:
    """Moves an average of a network's numbers towards those of now, faster in the beginning."""
    kept = min(_SMOOTHEST, (1 + number) / (10 + number))
    for old, new in zip(averaged.parameters(), current.parameters(), strict=True):
        old.lerp_(new, 1 - kept)


def _log(folder: Path, step: int, figures: Figures) -> None:
    line = {"step": step} | {name: round(value, 4) for name, value in figures.items()}
    with (folder / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
