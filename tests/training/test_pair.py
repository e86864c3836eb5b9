"""The vocoder in a process of its own, broken off and gone on with."""

from __future__ import annotations

import time
from pathlib import Path

import torch
from rich.console import Console

from tests.training.toys import takes
from training import data
from training.folder import write_json
from training.loop import steps_done
from training.pair import OUTPUT, vocoder_beside
from training.presets import PRESETS
from training.run import Run
from training.steps import STEPS
from training.takes import save_take


def test_it_trains_beside_us_and_is_gone_on_with(tmp_path: Path) -> None:
    made = Run(
        tmp_path, PRESETS["smoke"], torch.device("cpu"), bf16=False, workers=2, console=Console(quiet=True)
    )
    spoken = takes(6)
    for take in spoken:
        save_take(made.takes, take)
    write_json(tmp_path / data.KEPT, {"learnt": [take.name for take in spoken], "held_out": [], "of": 6})
    with vocoder_beside(made):
        until = time.monotonic() + 300
        while not steps_done(tmp_path / "vocoder") and time.monotonic() < until:
            time.sleep(0.1)
    assert steps_done(tmp_path / "vocoder") >= 10, (tmp_path / OUTPUT).read_text("utf-8")
    STEPS["vocoder"](made)
    assert steps_done(tmp_path / "vocoder") == made.preset.vocoder.steps
    assert made.history()["vocoder"]["steps"] == made.preset.vocoder.steps
