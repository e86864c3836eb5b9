"""How the page looks, and in which language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.webui.conftest import SHOTS, Visit
from tests.webui.using import write


class TestLanguages:
    @pytest.mark.parametrize(
        ("locale", "lang", "title", "button"),
        [
            ("zh-CN", "zh-CN", "把字说出感情", "播放"),
            ("en-GB", "en", "Say it with feeling", "Play"),
            ("fr", "en", "Say it with feeling", "Play"),
        ],
    )
    def test_the_browser_decides(self, visit: Visit, locale: str, lang: str, title: str, button: str) -> None:
        page = visit(locale=locale)
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.get_by_role("button", name=button, exact=True)).to_be_visible()

    def test_the_visitor_decides_and_is_remembered(self, visit: Visit) -> None:
        page = visit()
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("radio", name="Sad")).to_be_attached()
        write(page, "")
        page.locator("#play").click()
        expect(page.get_by_role("alert")).to_contain_text("There is no text yet")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Say it with feeling")

    def test_both_languages_say_the_same_things(self, visit: Visit) -> None:
        page = visit()
        zh = page.evaluate("async () => (await import('/js/zh.js')).zh")
        en = page.evaluate("async () => (await import('/js/en.js')).en")
        assert zh.keys() == en.keys()
        places = [
            {key: sorted(part.split("}")[0] for part in words.split("{")[1:]) for key, words in side.items()}
            for side in (zh, en)
        ]
        assert places[0] == places[1]


class TestLooks:
    @pytest.mark.parametrize(
        ("size", "scheme", "locale"),
        [
            ("desktop", "light", "zh-CN"),
            ("desktop", "dark", "en-US"),
            ("phone", "light", "en-US"),
            ("phone", "dark", "zh-CN"),
        ],
    )
    def test_nothing_sticks_out_and_a_picture_is_kept(
        self, visit: Visit, size: str, scheme: str, locale: str
    ) -> None:
        width, height = {"desktop": (1280, 900), "phone": (360, 780)}[size]
        page = visit(locale=locale, color_scheme=scheme, viewport={"width": width, "height": height})
        page.locator("input[value=happy]").check()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{size}-{scheme}-{locale}.png", full_page=True)

    def test_on_a_phone_the_player_stays_in_sight(self, visit: Visit) -> None:
        page = visit(viewport={"width": 360, "height": 780})
        expect(page.locator("#play")).to_be_in_viewport()
        page.locator("#intensity").scroll_into_view_if_needed()
        expect(page.locator("#play")).to_be_in_viewport()

    def test_colours_can_be_chosen_and_are_remembered(self, visit: Visit) -> None:
        page = visit(color_scheme="light")
        background = "getComputedStyle(document.documentElement).backgroundColor"
        light = page.evaluate(background)
        for name in ("跟随系统", "浅色"):
            page.get_by_role("button", name=f"颜色：{name}").click()
        dark = page.evaluate(background)
        assert dark != light
        page.reload()
        assert page.evaluate(background) == dark
