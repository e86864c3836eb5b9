from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from service.runtime.exported import write_exported
from service.text.frontend import FrontEnd
from tests.running import Service, start, stop
from tests.runtime.voices import exported
from tests.tools import chromium
from tests.webui.paced import PacedVoice, paced
from tests.webui.site import site

SHOTS = Path(__file__).parents[2] / ".cache" / "webui"

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]

_REFUSED = ("Failed to load resource", "WebSocket connection to")
"""How the browser's console begins to tell of what the service has refused: tests provoke that."""

Visit = Callable[..., Page]
"""Opens the page. Takes a port, and what Playwright's contexts take."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """``qingsheng serve`` with two small voices of all emotions; what they say is noise, but with words."""
    folder = tmp_path_factory.mktemp("webui")
    write_exported([exported("plain_emo"), exported("causal_emo")], folder / "model")
    running = start(folder / "run", TTS_MODEL=str(folder / "model"), TTS_CACHE_DIR=str(folder))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


@pytest.fixture(scope="session")
def page_port(service: Service) -> Iterator[int]:
    with site(service.port) as port:
        yield port


@pytest.fixture(scope="session")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture
def slow(frontend: FrontEnd, tmp_path: Path) -> Iterator[tuple[PacedVoice, int]]:
    """A voice that waits for a test's word, and the port of its page."""
    with paced(frontend, tmp_path) as (voice, api_port), site(api_port) as port:
        yield voice, port


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


def _open(page: Page, url: str) -> None:
    """Goes there; once more where a network interface came or went: the browser drops all requests then."""
    failed: list[str | None] = []
    page.on("requestfailed", lambda request: failed.append(request.failure))
    page.goto(url)
    if "net::ERR_NETWORK_CHANGED" in failed:
        page.goto(url)


@pytest.fixture
def visit(browser: Browser, page_port: int) -> Iterator[Visit]:
    """Each visitor is a new one. Errors in the page, and what its policy forbids, fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_REFUSED):
            faults.append(message.text)

    def open_page(port: int = page_port, *, ready: bool = True, **options: object) -> Page:
        settings = {"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: faults.append(str(error)))
        _open(page, f"http://127.0.0.1:{port}/")
        if ready:
            page.locator("#state[data-state=ready]").wait_for()
            page.locator("#voice option").first.wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
