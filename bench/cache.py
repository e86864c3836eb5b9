"""What the audio cache gives and what it costs: ``python -m bench.cache``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from bench.cache_forms import forms
from bench.cache_mix import REQUESTS, TEXTS, mix
from bench.cache_trouble import troubles
from bench.table import markdown


@click.command()
def main() -> None:
    """Two services that share a Redis under a mix of texts; a Redis in trouble; compressing or not."""
    console = Console(stderr=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        with console.status(f"{REQUESTS} requests of {TEXTS} texts …"):
            _show(("two services, one Redis", "measured"), mix(folder / "mix"))
        with console.status("A Redis in trouble …"):
            header = ("Redis", "first request loses", "worst request loses", "asked", "skipped")
            _show(header, troubles(folder / "trouble"))
        with console.status("Speaking, and packing that …"):
            _show(("kept as", "size", "writing, ms", "reading, ms"), forms())


def _show(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    click.echo(markdown(header, rows) + "\n")


if __name__ == "__main__":
    main()
