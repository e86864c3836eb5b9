"""Both networks at once: on a CPU, two trainings on half of the cores each get further than one on all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from training.run import Run

OUTPUT = "vocoder.out"


@contextmanager
def vocoder_beside(run: Run) -> Iterator[None]:
    """Trains the vocoder in a process of its own meanwhile; what it writes goes into ``vocoder.out``.

    At the end it is broken off, wherever it is, and can be gone on with on all threads.
    """
    threads = torch.get_num_threads()
    share = max(1, threads // 2)
    with (run.folder / OUTPUT).open("ab") as output:
        beside = subprocess.Popen(  # noqa: S603  our own program
            [*_program(run), "--threads", str(share), "vocoder"], stdout=output, stderr=output
        )
    torch.set_num_threads(max(1, threads - share))
    try:
        yield
    finally:
        beside.terminate()
        beside.wait()
        torch.set_num_threads(threads)


def _program(run: Run) -> list[str]:
    options = ["--preset", run.preset.name, "--folder", str(run.folder), "--device", run.device.type]
    start = ["--from", str(run.start.folder)] if run.start else []
    return [sys.executable, "-m", "training", *options, *start, "--bf16" if run.bf16 else "--no-bf16"]
