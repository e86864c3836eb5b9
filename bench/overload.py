"""Whether the service holds when more is asked than it can do: ``python -m bench.overload``."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
from rich.console import Console

from bench.clients import Texts, Visit, closed_loop, open_loop, visit
from bench.engine_voice import bench_voice, model_option
from bench.server import Server
from bench.table import markdown

_CLIENTS = 64
_MEASURED_WITH = 16
_MEASURE_SECONDS = 20.0
_CACHE_BYTES = 8 * 1024 * 1024  # full at once, so that memory that grows is not the cache filling up
_WATCH_EVERY = 0.25  # seconds
_READINGS = 10.0  # seconds between two of the memory
_WARM_UP = 0.2  # part of the time before memory has to be flat

Row = tuple[str, str]


@click.command()
@click.option("--seconds", default=300.0, show_default=True, help="How long the overload lasts.")
@click.option("--deadline", default=10.0, show_default=True, help="Seconds that each request allows.")
@model_option
def main(seconds: float, deadline: float, model: Path | None) -> None:
    """Measures the capacity, then has 64 clients ask for twice as much, and prints what they got.

    The voice is one of official size with random weights, or the first one of --model.
    """
    console = Console(stderr=True)
    with console.status("Making the voice and exporting it …"):
        exported = bench_voice(model).exported
    settings = {"MODEL": str(exported), "CACHE_BYTES": str(_CACHE_BYTES)}
    lines, headers = Texts(), {"X-Request-Timeout": f"{deadline:g}"}
    with TemporaryDirectory() as folder, Server(Path(folder), **settings) as server:
        with console.status("Measuring the capacity …"):
            measured = closed_loop(_MEASURED_WITH, _MEASURE_SECONDS, lambda: visit(server.port, lines.next()))
        capacity = len(measured) / _MEASURE_SECONDS
        with console.status(f"Asking for twice {capacity:.1f} requests/s …"), _watching(server) as watch:
            visits = open_loop(
                _CLIENTS, seconds, 2 * capacity, lambda: visit(server.port, lines.next(), headers)
            )
    click.echo(
        markdown(("", "measured"), [("capacity, requests/s", f"{capacity:.1f}"), *_rows(visits, deadline)])
    )
    click.echo()
    click.echo(markdown(("", "measured"), watch.rows()))


def _rows(visits: list[Visit], deadline: float) -> Iterator[Row]:
    statuses = Counter(one.status for one in visits)
    served = [one.seconds for one in visits if one.status == 200]
    yield "requests", f"{len(visits)}"
    for status, count in sorted(statuses.items()):
        yield f"answered {status}" if status else "broken connections", f"{count}"
    for fault, count in Counter(one.fault for one in visits if one.fault).items():
        yield fault, f"{count}"
    yield "503 and 429 without Retry-After", f"{sum(_lacks_retry(one) for one in visits)}"
    p50, p95 = np.percentile(served, (50, 95))
    yield "admitted, p50, s", f"{p50:.2f}"
    yield f"admitted, p95, s (deadline {deadline:g})", f"{p95:.2f}"


def _lacks_retry(one: Visit) -> bool:
    return one.status in (429, 503) and not one.retry_after


class _Watch:
    """Asks for the probe and the memory all the while."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._probes: dict[str, list[float]] = {"/livez": [], "/metrics": []}
        self._memory: list[float] = []
        self._over = threading.Event()

    def run(self) -> None:
        read = 0.0
        while not self._over.wait(_WATCH_EVERY):
            for path, taken in self._probes.items():
                started = time.perf_counter()
                self._server.get(path)
                taken.append(time.perf_counter() - started)
            if time.perf_counter() - read > _READINGS:
                read = time.perf_counter()
                self._memory.append(self._server.resident())

    def end(self) -> None:
        self._over.set()

    def rows(self) -> Iterator[Row]:
        for path, taken in self._probes.items():
            yield f"{path}, asked", f"{len(taken)}"
            yield f"{path}, p99, ms", f"{np.percentile(taken, 99) * 1000:.1f}"
            yield f"{path}, slowest, ms", f"{max(taken) * 1000:.1f}"
        warm = self._memory[int(len(self._memory) * _WARM_UP) :]
        yield "RSS behind warm-up, MB", f"{warm[0]:.0f} to {warm[-1]:.0f}, at most {max(warm):.0f}"
        yield "RSS, growth behind warm-up", f"{warm[-1] / warm[0] - 1:+.1%}"


@contextmanager
def _watching(server: Server) -> Iterator[_Watch]:
    watch = _Watch(server)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


if __name__ == "__main__":
    main()
