"""How fast it speaks, as ratios taken side by side in one run: ``python -m bench.latency``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track

from bench.server import Server
from bench.studio import texts
from bench.table import markdown
from service.parts import build_synthesizer
from service.settings import load_settings
from service.speech import Synthesizer, Utterance

_ROUNDS = 7
_HITS = 50
_SPEECHES = 9
_THREADS = (1, 2)

Row = tuple[str, str]


@click.command()
def main() -> None:
    """Measures start-up, the cache, two requests at once, and the real-time factor."""
    console = Console(stderr=True)
    click.echo(markdown(("", "measured"), [*_served(console), *_factors(console)]))


def _served(console: Console) -> Iterator[Row]:
    """What a client of a running service sees."""
    with TemporaryDirectory() as folder, console.status("Asking a service …"), Server(Path(folder)) as server:
        yield "start-up", f"{server.startup:.1f} s"
        yield from _cached(server)
        yield from _contended(server)


def _cached(server: Server) -> Iterator[Row]:
    text = _text(20)
    cold = _seconds(server.speak, text)
    hits = [_seconds(server.speak, text) for _ in range(_HITS)]
    if not server.speak(text):
        raise RuntimeError("a repeated request was not served from the cache")
    yield "20 characters, first request", f"{cold:.2f} s"
    yield "the same again, from the cache, median", f"{median(hits) * 1000:.1f} ms"
    yield "the same again, from the cache, slowest", f"{max(hits) * 1000:.1f} ms"


def _contended(server: Server) -> Iterator[Row]:
    """Rounds of one alone and two at once; a hair of volume makes each request new to the cache."""
    first, second = (text for text in texts("timed") if len(text) == 20)
    alone, both = [], []
    for turn in range(1, _ROUNDS + 1):
        volume = 1 - turn / 1000
        alone.append(_seconds(server.speak, first, volume))
        alone.append(_seconds(server.speak, second, volume))
        both.append(_seconds(_at_once, server, (first, second), volume - 0.0005))
    yield "20 characters alone, median", f"{median(alone):.2f} s"
    yield "two requests of 20 characters at once, the second is done after", f"{median(both):.2f} s"
    yield "… in times of one alone", f"{median(both) / median(alone):.2f}"


def _at_once(server: Server, pair: tuple[str, str], volume: float) -> None:
    with ThreadPoolExecutor(len(pair)) as clients:
        if any(clients.map(lambda text: server.speak(text, volume), pair)):
            raise RuntimeError("a new request was served from the cache")


def _factors(console: Console) -> Iterator[Row]:
    """Seconds of work for a second of speech, in this process."""
    for threads in _THREADS:
        synthesizer = build_synthesizer(load_settings().model_copy(update={"threads": threads}))
        named = f"{threads} thread{'s' if threads > 1 else ''}"
        for length in track((20, 50, 100), description=f"Speaking on {named}", console=console):
            factor = median(_factor(synthesizer, _text(length)) for _ in range(_SPEECHES))
            yield f"real-time factor, {length} characters, {named}", f"{factor:.3f}"


def _factor(synthesizer: Synthesizer, text: str) -> float:
    started = time.perf_counter()
    spoken = sum(chunk.samples.size / chunk.sample_rate for chunk in synthesizer.stream(Utterance(text)))
    return (time.perf_counter() - started) / spoken


def _text(length: int) -> str:
    return next(text for text in texts("timed") if len(text) == length)


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
