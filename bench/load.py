"""What many clients at once get from the service: ``python -m bench.load``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
from rich.console import Console

from bench.clients import Texts, Visit, closed_loop, visit
from bench.engine_voice import bench_voice, model_option
from bench.server import Server
from bench.table import markdown

_CLIENTS = (1, 8, 32, 64)
_HEADER = (
    "clients",
    "requests/s",
    "seconds of speech/s",
    "p50, s",
    "p95, s",
    "p99, s",
    "first audio p50, s",
    "first audio p95, s",
    "refused",
    "RSS, MB",
)


@click.command()
@click.option("--seconds", default=30.0, show_default=True, help="How long each number of clients asks.")
@model_option
def main(seconds: float, model: Path | None) -> None:
    """Streams different texts of 50 characters to 1, 8, 32 and 64 clients in turn, and prints a table.

    The voice is one of official size with random weights, or the first one of --model.
    """
    console = Console(stderr=True)
    with console.status("Making the voice and exporting it …"):
        exported = bench_voice(model).exported
    with TemporaryDirectory() as folder, Server(Path(folder), MODEL=str(exported)) as server:
        rows = list(_rows(server, seconds, console))
    click.echo(markdown(_HEADER, rows))


def _rows(server: Server, seconds: float, console: Console) -> Iterator[list[str]]:
    lines = Texts()
    closed_loop(2, 3.0, lambda: visit(server.port, lines.next()))
    for count in _CLIENTS:
        with console.status(f"{count} clients, {seconds:.0f} s …"):
            started = time.perf_counter()
            visits = closed_loop(count, seconds, lambda: visit(server.port, lines.next()))
            yield _row(count, visits, time.perf_counter() - started, server.resident())


def _row(count: int, visits: list[Visit], seconds: float, resident: float) -> list[str]:
    served = [one for one in visits if one.status == 200]
    whole = np.percentile([one.seconds for one in served], (50, 95, 99))
    first = np.percentile([one.first_audio for one in served if one.first_audio is not None], (50, 95))
    return [
        f"{count}",
        f"{len(served) / seconds:.1f}",
        f"{sum(one.speech for one in served) / seconds:.1f}",
        *(f"{value:.2f}" for value in (*whole, *first)),
        f"{len(visits) - len(served)}",
        f"{resident:.0f}",
    ]


if __name__ == "__main__":
    main()
