"""Whether jobs survive their workers: ``python -m bench.jobs``.

Starts ``qingsheng worker`` several times on a Redis of its own, kills them at random and replaces them, and
restarts Redis once. Every job is to have its one result.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

import click
from rich.console import Console

from bench.chaos import Chaos, Outcome
from bench.studio import texts
from bench.table import markdown
from tests.redis_server import RedisServer

_PROGRAM = str(Path(sys.executable).with_name("qingsheng"))


@click.command()
@click.option("--jobs", "count", default=50, show_default=True, type=click.IntRange(1))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1))
@click.option("--kills", default=5, show_default=True, type=click.IntRange(0))
@click.option("--seed", default=1, show_default=True, help="Of when and who is killed.")
def main(count: int, workers: int, kills: int, seed: int) -> None:
    """Has jobs done by workers that are killed, and prints what became of them."""
    spoken = [f"第{number}条。{text}" for number, text in enumerate(islice(cycle(texts("mixed")), count), 1)]
    with (
        tempfile.TemporaryDirectory() as folder,
        RedisServer(Path(folder) / "redis") as server,
        Console(stderr=True).status("Working on jobs …"),
    ):
        outcome = Chaos([_PROGRAM, "worker"], server, Path(folder), seed).run(spoken, workers, kills)
    click.echo(_table(outcome))
    if (outcome.results, outcome.doubles, outcome.failed) != (count, 0, 0):
        raise click.ClickException("Some jobs have no result, or more than one.")


def _table(outcome: Outcome) -> str:
    rows = [
        ("jobs", outcome.jobs),
        ("results", outcome.results),
        ("second results", outcome.doubles),
        ("failed", outcome.failed),
        ("workers killed", outcome.kills),
        ("Redis restarted", 1 if outcome.kills else 0),
        ("attempts beyond the first", outcome.redeliveries),
        ("seconds", f"{outcome.seconds:.1f}"),
    ]
    return markdown(["jobs while workers are killed", ""], rows)


if __name__ == "__main__":
    main()
