"""The page for everybody: by keyboard, with a screen reader, over a thin line."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service.webui import PUBLIC
from tests.tools import FOLDER, npm
from tests.webui.conftest import Visit

HTML_VALIDATE = "html-validate@10.17.0"  # the last one for Node.js 20
WEIGHT = 300_000  # bytes


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps people out, each with where it is."""
    found = Axe().run(page).response["violations"]
    grave = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {node['html']}" for rule in grave for node in rule["nodes"]]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_serious_in_any_panel(visit: Visit, scheme: str, width: int) -> None:
    page = visit(
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page.locator("#text").fill(" ")
    page.locator("#play").click()
    for panel, emotion in [("compare", "angry"), ("jobs", "sad"), ("history", "happy"), ("code", "disgust")]:
        page.locator(f"#tab-{panel}").click()
        page.locator(f"input[value={emotion}]").check()
        assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_while_it_is_in_use(visit: Visit, scheme: str) -> None:
    page = visit(color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page.locator("#text").fill("今天天气不错，我们一起去公园走走吧。")
    page.locator("#job-start").evaluate("(button) => button.click()")
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_attribute("data-state", "playing")
    expect(page.locator("#play")).to_have_attribute("data-state", "idle")
    for panel in ("jobs", "history"):
        page.locator(f"#tab-{panel}").click()
        expect(page.locator(f"#{panel} li")).to_have_count(1)
        assert serious(page) == []
    page.locator("#key").evaluate("(dialog) => dialog.showModal()")
    assert serious(page) == []


def test_all_of_it_works_by_keyboard(visit: Visit) -> None:
    page = visit()
    press = page.keyboard.press
    press("Tab")
    expect(page.get_by_role("link", name="跳到文本框")).to_be_focused()
    press("Enter")
    expect(page.locator("#text")).to_be_focused()
    press("Control+A")
    page.keyboard.type("你好。")
    press("Tab")
    expect(page.get_by_role("radio", name="平静")).to_be_focused()
    for _ in range(2):
        press("ArrowRight")
    expect(page.get_by_role("radio", name="悲伤")).to_be_checked()
    while page.evaluate("document.activeElement.id") != "intensity":
        press("Tab")
    press("ArrowRight")
    expect(page.locator("#intensity-out")).to_have_text("1.1")
    while page.evaluate("document.activeElement.id") != "play":
        press("Tab")
    press("Enter")
    expect(page.locator("#news")).to_contain_text("播放完毕")
    while page.evaluate("document.activeElement.id") != "tab-compare":
        press("Tab")
    press("ArrowLeft")
    expect(page.get_by_role("tab", name="代码")).to_be_focused()
    expect(page.locator("#snippet")).to_contain_text('"intensity":1.1')
    press("Home")
    expect(page.get_by_role("tabpanel", name="A/B 对比")).to_be_visible()


def test_shortcuts_play_and_cancel_from_within_the_text(visit: Visit) -> None:
    page = visit()
    page.locator("#text").fill("这是一段要听上好一会儿的话，" * 6)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#play")).to_have_attribute("data-state", "playing")
    page.keyboard.press("Escape")
    expect(page.locator("#news")).to_have_text("已取消。")


def test_focus_is_seen(visit: Visit) -> None:
    page = visit()
    unseen = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, a, textarea, summary, [tabindex='0']")]
            .filter((element) => element.checkVisibility({ opacityProperty: true }) && !element.disabled)
            .filter((element) => {
                element.focus({ focusVisible: true });
                const ring = [element, element.parentElement].map((one) => getComputedStyle(one));
                return !ring.some((style) => style.outlineStyle === "solid" || style.boxShadow !== "none");
            })
            .map((element) => element.outerHTML)"""
    )
    assert unseen == []


def test_nothing_moves_for_who_does_not_want_it(visit: Visit) -> None:
    page = visit(reduced_motion="reduce")
    assert page.locator("#face").evaluate("(face) => getComputedStyle(face).animationName") == "none"


def test_html_is_valid(visit: Visit) -> None:
    folder = FOLDER / "html-validate"
    program = folder / "node_modules" / ".bin" / "html-validate"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [npm(), "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, HTML_VALIDATE],
            check=True,
        )
    checked = subprocess.run(
        [program, "--formatter", "json", PUBLIC / "index.html"], capture_output=True, check=False
    )
    assert json.loads(checked.stdout) == []


def test_it_is_light(visit: Visit) -> None:
    page = visit()
    sizes = page.evaluate(
        """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .filter(({ name }) => !name.includes("/api/"))
            .map(({ name, decodedBodySize }) => [name, decodedBodySize])"""
    )
    assert len(sizes) > 10
    assert sum(size for _, size in sizes) < WEIGHT


def test_all_of_it_comes_from_its_own_address(visit: Visit) -> None:
    page = visit()
    port = page.url
    names = page.evaluate('() => performance.getEntriesByType("resource").map(({ name }) => name)')
    assert [name for name in names if not name.startswith(port)] == []
    text = "".join(path.read_text("utf-8") for path in sorted(PUBLIC.rglob("*.[hcj]*")) if path.is_file())
    assert set(re.findall(r"https?://[^\s\"'`<)]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_modules_are_small() -> None:
    long = [
        path.name for path in Path(PUBLIC).rglob("*.js") if len(path.read_text("utf-8").splitlines()) > 250
    ]
    assert long == []
