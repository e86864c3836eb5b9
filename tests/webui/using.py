"""What visitors do with the page."""

from __future__ import annotations

from playwright.sync_api import Download, Page, expect


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)


def pick(page: Page, emotion: str) -> None:
    page.get_by_role("radio", name=emotion).check()


def played(page: Page) -> None:
    """Waits until what was asked for has been heard to its end."""
    expect(page.locator("#news")).to_contain_text("播放完毕")
    expect(page.locator("#play")).to_have_attribute("data-state", "idle")


def fact(page: Page, name: str) -> str:
    return page.locator(f"[data-fact={name}] dd").inner_text()


def downloaded(page: Page) -> Download:
    with page.expect_download() as found:
        page.locator("#download").click()
    return found.value
