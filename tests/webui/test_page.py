"""The page in a real browser, with the real service behind it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import soundfile
from playwright.sync_api import expect

from bench.server import free_port
from service.keys import entry, generate
from service.text.frontend import FrontEnd
from tests.webui.conftest import Visit
from tests.webui.paced import PacedVoice, paced
from tests.webui.site import site
from tests.webui.using import downloaded, fact, pick, played, write

TEXT = "今天天气很好，我们去公园走走。"
LIT = """() => {
    window.lit = [];
    const look = (changes) => changes.forEach(({ target }) => {
        const word = target.textContent;
        if (target.classList?.contains("now") && window.lit.at(-1) !== word) window.lit.push(word);
    });
    const options = { subtree: true, attributes: true, attributeFilter: ["class"] };
    new MutationObserver(look).observe(document.getElementById("mirror"), options);
}"""
"""Keeps in window.lit which words have lit up, in their order."""


class TestPlaying:
    def test_a_text_is_heard_in_the_emotion_that_was_picked_and_its_words_light_up(
        self, visit: Visit
    ) -> None:
        page = visit()
        sent: list[Any] = []
        page.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(json.loads(frame))))
        page.evaluate(LIT)
        write(page, TEXT)
        pick(page, "悲伤")
        page.get_by_role("button", name="播放", exact=True).click()
        played(page)
        assert sent == [
            {"type": "start", "emotion": "sad"},
            {"type": "text", "text": TEXT},
            {"type": "end"},
        ]
        lit = page.evaluate("window.lit")
        places = [TEXT.index(word) for word in lit]
        assert len(lit) > 1
        assert places == sorted(places)
        assert page.locator("html").get_attribute("data-emotion") == "sad"
        assert fact(page, "first").endswith(" ms")
        assert float(fact(page, "rtf")) > 0
        assert fact(page, "cache") == "未命中"

    def test_the_second_time_comes_from_the_cache(self, visit: Visit) -> None:
        page = visit()
        write(page, "再说一遍。")
        for cache in ("未命中", "命中"):
            page.locator("#play").click()
            played(page)
            assert fact(page, "cache") == cache
            page.evaluate("document.getElementById('news').textContent = ''")

    def test_it_sounds_before_the_text_has_been_made(
        self, visit: Visit, slow: tuple[PacedVoice, int]
    ) -> None:
        voice, port = slow
        page = visit(port)
        write(page, "今天天气很好。明天见。")
        page.locator("#play").click()
        expect(page.locator("#play")).to_have_attribute("data-state", "making")
        voice.let(1)
        expect(page.locator("#play")).to_have_attribute("data-state", "playing")
        expect(page.locator("#mirror span").last).to_have_text("好")
        assert voice.spoken == ["今天天气很好。"]
        voice.let(1)
        played(page)
        assert page.locator("#mirror").inner_text().strip() == "今天天气很好。明天见。"
        assert "".join(page.locator("#mirror span").all_inner_texts()) == "今天天气很好明天见"

    def test_characters_beyond_the_basic_plane_do_not_shift_the_words(self, visit: Visit) -> None:
        page = visit()
        write(page, "😀𠮷野家在哪里？")
        page.locator("#play").click()
        played(page)
        words = page.locator("#mirror span").all_inner_texts()
        assert "".join(words).endswith("野家在哪里")
        assert page.locator("#mirror").inner_text().strip() == "😀𠮷野家在哪里？"

    def test_ssml_lights_up_between_its_tags(self, visit: Visit) -> None:
        page = visit()
        write(page, '<speak><emotion category="happy">太好了！</emotion>\n<s>明天见。</s></speak>')
        expect(page.locator("#kind")).to_be_visible()
        page.locator("#play").click()
        played(page)
        assert "".join(page.locator("#mirror span").all_inner_texts()) == "太好了明天见"

    def test_every_example_can_be_spoken(self, visit: Visit) -> None:
        page = visit()
        for example in page.locator("[data-example]").all():
            example.click()
            file = downloaded(page)
            assert len(soundfile.read(file.path())[0]) > 10_000

    def test_pause_holds_it_and_the_slider_moves_it(self, visit: Visit) -> None:
        page = visit()
        write(page, "这是一段要听上好一会儿的话，" * 6)
        page.locator("#play").click()
        expect(page.locator("#play")).to_have_attribute("data-state", "playing")
        page.get_by_role("button", name="暂停").click()
        expect(page.locator("#play")).to_have_attribute("data-state", "paused")
        expect(page.locator("[data-fact=length]")).to_be_visible()  # all of it has come
        slider = page.get_by_role("slider", name="播放位置")
        slider.focus()
        page.keyboard.press("End")
        played(page)
        page.keyboard.press("Home")
        expect(page.locator("#play")).to_have_attribute("data-state", "playing")
        assert float(slider.get_attribute("aria-valuenow") or "") < 3

    def test_cancel_stops_the_work_and_the_next_text_is_heard(
        self, visit: Visit, slow: tuple[PacedVoice, int]
    ) -> None:
        voice, port = slow
        page = visit(port)
        write(page, "今天天气很好。明天见。")
        page.locator("#play").click()
        voice.let(1)
        expect(page.locator("#play")).to_have_attribute("data-state", "playing")
        page.get_by_role("button", name="取消").click()
        expect(page.locator("#play")).to_have_attribute("data-state", "idle")
        expect(page.locator("#play")).to_be_focused()
        expect(page.locator("#news")).to_have_text("已取消。")
        write(page, "再见。")
        voice.let(2)
        page.locator("#play").click()
        played(page)
        assert voice.spoken[-1] == "再见。"


class TestDownload:
    @pytest.mark.parametrize("format", ["wav", "mp3"])
    def test_the_file_is_in_the_chosen_format(self, visit: Visit, format: str) -> None:
        page = visit()
        write(page, "请稍候。")
        page.locator("#format").select_option(format)
        page.locator("#sample_rate").select_option("8000")
        file = downloaded(page)
        assert file.suggested_filename == f"请稍候-neutral.{format}"
        samples, rate = soundfile.read(file.path())
        assert (rate, len(samples) > 1000) == (8000, True)
        assert fact(page, "cache") in ("命中", "未命中")
        assert fact(page, "total").endswith(" ms")


class TestTrouble:
    def test_an_empty_text_is_said_so_where_the_text_belongs(self, visit: Visit) -> None:
        page = visit()
        write(page, "  ")
        page.locator("#play").click()
        expect(page.get_by_role("alert")).to_contain_text("还没有写字")
        expect(page.locator("#text")).to_be_focused()
        expect(page.locator("#text")).to_have_attribute("aria-invalid", "true")
        write(page, "你好")
        expect(page.locator("#text-error")).to_be_hidden()

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("。。。", "没有能读出来的字"),
            ("<speak>你好</spek>", "SSML 写得不对"),
            ("好" * 10_001, "文字太长：10001 字，最多 10000 字"),
        ],
    )
    def test_what_the_service_refuses_is_put_in_the_words_of_the_page(
        self, visit: Visit, text: str, words: str
    ) -> None:
        page = visit()
        write(page, text)
        page.locator("#play").click()
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.locator("#play")).to_have_attribute("data-state", "idle")
        write(page, "你好。")
        page.locator("#play").click()
        played(page)

    def test_a_service_that_is_not_there_is_said_so(self, visit: Visit) -> None:
        with site(free_port()) as port:
            page = visit(port, ready=False)
            expect(page.locator("#state-text")).to_have_text("连不上服务")
            page.locator("#play").click()
            expect(page.get_by_role("alert")).to_contain_text("连不上服务")

    def test_a_key_is_asked_for_and_forgotten_with_the_tab(
        self, visit: Visit, frontend: FrontEnd, tmp_path: Path
    ) -> None:
        secret = generate()
        with paced(frontend, tmp_path, api_keys=(entry("me", secret),)) as (voice, api), site(api) as port:
            page = visit(port, ready=False)
            dialog = page.get_by_role("dialog", name="这个服务需要密钥")
            expect(dialog).to_contain_text("这个服务需要密钥。")
            page.get_by_label("API 密钥").fill("wrong")
            page.keyboard.press("Enter")
            expect(dialog.get_by_role("alert")).to_contain_text("密钥不对")
            page.get_by_label("API 密钥").fill(secret)
            page.get_by_role("button", name="使用", exact=True).click()
            expect(dialog).to_be_hidden()
            write(page, "你好。")
            voice.let(1)
            page.locator("#play").click()
            played(page)
            page.locator("#tab-code").click()
            expect(page.locator("#snippet")).to_contain_text("$QINGSHENG_API_KEY")
            kept = page.evaluate("JSON.stringify(localStorage)")
            assert secret not in kept + page.locator("#snippet").inner_text()


class TestComparison:
    def test_two_settings_are_heard_one_after_the_other(self, visit: Visit) -> None:
        page = visit()
        sent: list[Any] = []
        page.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(json.loads(frame))))
        write(page, "明天见。")
        pick(page, "生气")
        page.get_by_role("button", name="A: 存入现在的设置").click()
        pick(page, "惊讶")
        page.locator("#speed").fill("1.5")
        page.get_by_role("button", name="B: 存入现在的设置").click()
        page.get_by_role("button", name="先听 A，再听 B").click()
        expect(page.locator("[data-letter=A]")).to_have_attribute("data-playing", "true")
        expect(page.locator("[data-letter=B]")).to_have_attribute("data-playing", "true")
        expect(page.locator("[data-letter=B]")).to_have_attribute("data-playing", "false")
        starts = [message for message in sent if message["type"] == "start"]
        assert starts == [
            {"type": "start", "emotion": "angry"},
            {"type": "start", "emotion": "surprise", "speed": 1.5},
        ]
        page.get_by_role("button", name="A: 用这个").click()
        expect(page.get_by_role("radio", name="生气")).to_be_checked()
        expect(page.locator("#speed")).to_have_value("1")


class TestHistory:
    def test_it_outlives_the_page_and_gives_back_text_and_settings(self, visit: Visit) -> None:
        page = visit()
        write(page, "记住这句话。")
        pick(page, "开心")
        page.locator("#play").click()
        played(page)
        write(page, "别的话。")
        pick(page, "平静")
        page.reload()
        page.get_by_role("tab", name="历史").click()
        expect(page.locator("#history .title")).to_have_text(["记住这句话。"])
        expect(page.locator("#history .about")).to_contain_text("开心 · 时长")
        page.get_by_role("button", name="放回: 记住这句话。").click()
        expect(page.locator("#text")).to_have_value("记住这句话。")
        expect(page.get_by_role("radio", name="开心")).to_be_checked()
        page.get_by_role("button", name="清空").click()
        expect(page.locator("#history-empty")).to_be_visible()

    def test_it_keeps_thirty(self, visit: Visit) -> None:
        page = visit()
        entry = {"text": "旧话", "settings": {"emotion": "sad", "intensity": 1}, "facts": {}}
        page.evaluate(
            "(entries) => localStorage.setItem('qingsheng.history', entries)", json.dumps([entry] * 30)
        )
        page.reload()
        write(page, "新话。")
        page.locator("#play").click()
        played(page)
        page.get_by_role("tab", name="历史").click()
        expect(page.locator("#history li")).to_have_count(30)
        expect(page.locator("#history .title").first).to_have_text("新话。")


class TestJobs:
    def test_a_long_text_is_made_with_its_progress_shown_and_outlives_the_page(
        self, visit: Visit, slow: tuple[PacedVoice, int]
    ) -> None:
        voice, port = slow
        page = visit(port)
        write(page, "第一章。第二章。")
        page.get_by_role("tab", name="长文任务").click()
        page.get_by_role("button", name="合成上面的全文").click()
        bar = page.get_by_role("progressbar", name="进度：第一章。第二章。")
        expect(bar).to_be_visible()
        voice.let(1)
        expect(bar).to_have_attribute("value", re.compile(r"0\.[1-9]"))
        page.reload()
        page.get_by_role("tab", name="长文任务").click()
        expect(bar).to_be_visible()
        voice.let(1)
        expect(page.locator("#jobs audio")).to_be_visible()
        with page.expect_download() as file:
            page.get_by_role("button", name="下载: 第一章。第二章。").click()
        samples, rate = soundfile.read(file.value.path())
        assert len(samples) / rate == pytest.approx(1.0, abs=0.01)
        page.get_by_role("button", name="移除").click()
        expect(page.locator("#jobs-empty")).to_be_visible()

    def test_each_line_becomes_a_file_of_a_zip(self, visit: Visit) -> None:
        page = visit()
        write(page, "一楼到了。\n\n二楼到了。\n")
        page.get_by_role("tab", name="长文任务").click()
        page.get_by_label("每行一个文件").check()
        page.locator("#job-start").click()
        with page.expect_download() as file:
            page.locator("#jobs").get_by_role("button", name="下载").click()
        assert file.value.suggested_filename.endswith(".zip")
        with zipfile.ZipFile(file.value.path()) as archive:
            wavs = [name for name in archive.namelist() if name.endswith(".wav")]
            assert len(wavs) == 2
            assert all(len(soundfile.read(io.BytesIO(archive.read(name)))[0]) > 1000 for name in wavs)

    def test_a_job_can_be_cancelled(self, visit: Visit, slow: tuple[PacedVoice, int]) -> None:
        _, port = slow
        page = visit(port)
        page.get_by_role("tab", name="长文任务").click()
        page.locator("#job-start").click()
        with page.expect_response(lambda response: response.request.method == "DELETE") as answer:
            page.get_by_role("button", name="取消任务").click()
        assert answer.value.status == 204
        expect(page.locator("#jobs-empty")).to_be_visible()
