"""Whether memory stays flat over many lines: ``python -m bench.soak``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.progress import Progress

from bench.child import answers
from bench.engine_voice import bench_voice, model_option
from bench.lines import symbol_lines
from bench.table import markdown
from service.runtime.threads import available_cores

_BATCH = 100  # lines between two readings; the first of them warm up
_AT_ONCE = 4
_SHORTEST, _LONGEST = 5, 100  # characters
_LENGTHS = 25  # different ones


@click.command()
@click.option("--lines", "count", default=1000, show_default=True, type=click.IntRange(2 * _BATCH))
@model_option
@click.option("--precision", type=click.Choice(["fp32", "int8"]), default="int8", show_default=True)
def main(count: int, model: Path | None, precision: str) -> None:
    """Speaks lines of 5 to 100 characters, four at once, and prints how much memory the process holds."""
    console = Console(stderr=True)
    with console.status("Making the voice and exporting it …"):
        voice = bench_voice(model)
    job: dict[str, Any] = {
        "folder": str(voice.exported),
        "precision": precision,
        "threads": available_cores(),
        "lines": _lines(count),
        "batch": _BATCH,
        "at_once": _AT_ONCE,
    }
    click.echo(markdown(("lines", "RSS, MB", "growth since warm-up"), _rows(console, job)))


def _rows(console: Console, job: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    with Progress(console=console) as progress:
        task, warm = progress.add_task("Speaking", total=len(job["lines"])), 0.0
        for spoken, held in answers("bench.soak_run", job):
            warm = warm or held
            progress.update(task, completed=spoken)
            yield f"{spoken}", f"{held:.1f}", f"{held / warm - 1:+.1%}"


def _lines(count: int) -> list[str]:
    """Lines of random lengths, the same at every run."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(_SHORTEST, _LONGEST, _LENGTHS, endpoint=True)
    lines = [line for length in lengths for line in symbol_lines(int(length), -(-count // _LENGTHS))]
    return [lines[index] for index in rng.permutation(len(lines))[:count]]


if __name__ == "__main__":
    main()
