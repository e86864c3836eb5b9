"""How fast a Sambert-HifiGan voice runs and what it takes: ``python -m bench.engine``.

Each number of threads and precision has a process of its own, which holds what serving holds. Beside it: the
same weights in plain PyTorch, line for line in turn, and what this machine could do at best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench.child import answers
from bench.engine_tables import Key, Report
from bench.engine_voice import BenchVoice, bench_voice, model_option
from bench.lines import symbol_lines
from bench.machine import peaks

_ROUNDS = 3  # behind one for warming up
_CROWD = 50  # characters of a line that is spoken along with others

Lines = dict[int, list[str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is measured.

    Attributes:
        lengths: of lines, in characters.
        compared: lengths on which PyTorch is measured, too.
        threads: of the engine.
        precisions: of the vocoder.
        crowds: how many lines are spoken at once; fp32, which takes longest, speaks ``few`` of them.
    """

    lengths: tuple[int, ...] = (20, 50, 100, 200)
    compared: tuple[int, ...] = (20, 100)
    threads: tuple[int, ...] = (1, 2)
    precisions: tuple[str, ...] = ("fp32", "int8")
    crowds: tuple[int, ...] = (1, 4, 8, 16)
    few: tuple[int, ...] = (1, 8)


QUICK = Scope(lengths=(20, 100), compared=(20,), threads=(1,), precisions=("int8",), crowds=())


@click.command()
@model_option
@click.option("--quick", is_flag=True, help="20 and 100 characters, 1 thread and int8 only: below a minute.")
def main(model: Path | None, quick: bool) -> None:
    """Measures real-time factors, first audio and memory of a model's first voice."""
    console, scope = Console(stderr=True), QUICK if quick else Scope()
    with console.status("Making the voice and exporting it …"):
        voice = bench_voice(model)
    with console.status("Measuring the machine …"):
        best = {threads: peaks(threads) for threads in scope.threads}
    report = Report(voice.weights, best, dict(measured(console, scope, voice)))
    click.echo("\n\n".join(report.tables()))


def measured(console: Console, scope: Scope, voice: BenchVoice) -> Iterator[tuple[Key, float]]:
    """Measures the voice and yields each figure as soon as it is there; ``Report`` says their units."""
    lines = {length: symbol_lines(length, _ROUNDS + 1) for length in scope.lengths}
    for threads in scope.threads:
        for precision in scope.precisions:
            with console.status(f"Speaking in {precision}, threads: {threads} …"):
                yield from _engine(scope, voice, lines, threads, precision)
    compared = {length: lines[length] for length in scope.compared}
    for threads in scope.threads:
        with console.status(f"Speaking beside PyTorch, threads: {threads} …"):
            yield from _torch(scope, voice, compared, threads)


def _engine(
    scope: Scope, voice: BenchVoice, lines: Lines, threads: int, precision: str
) -> Iterator[tuple[Key, float]]:
    """On one thread the models are timed one by one, too, and in the last precision also with neighbours."""
    crowds = scope.few if precision == "fp32" else scope.crowds
    job: dict[str, Any] = {
        "folder": str(voice.exported),
        "threads": threads,
        "precision": precision,
        "lines": lines,
        "crowds": crowds,
        "crowd": symbol_lines(_CROWD, max(crowds, default=0)),
        "rounds": _ROUNDS,
        "parts": threads == 1,
        "contention": threads == 1 and precision == scope.precisions[-1],
    }
    for what, size, value in answers("bench.engine_run", job):
        yield Key(what, size, threads, precision), value


def _torch(scope: Scope, voice: BenchVoice, lines: Lines, threads: int) -> Iterator[tuple[Key, float]]:
    job: dict[str, Any] = {
        "model": str(voice.model),
        "folder": str(voice.exported),
        "threads": threads,
        "precisions": scope.precisions,
        "lines": lines,
    }
    for what, size, value in answers("bench.engine_torch", job):
        yield Key(what, size, threads), value


if __name__ == "__main__":
    main()
