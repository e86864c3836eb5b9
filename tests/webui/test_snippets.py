"""Code that the page gives to copy does what the page does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Page

from service.keys import entry, generate
from service.text.frontend import FrontEnd
from tests.webui.conftest import Visit
from tests.webui.paced import PacedVoice, paced
from tests.webui.site import site

TEXT = """It's 3 o'clock, "好"\\的 $HOME `id`。
第二行。"""
"""With all that a shell or Python could take for its own."""


def copied(page: Page, language: str) -> str:
    page.locator("#tab-code").click()
    page.locator(f"[data-language={language}]").click()
    page.locator("#copy").click()
    text: str = page.evaluate("navigator.clipboard.readText()")
    assert text == page.locator("#snippet").text_content()
    return text


def run(language: str, snippet: str, folder: Path, **environment: str) -> None:
    if language == "curl":
        if shutil.which("curl") is None:
            pytest.skip("curl is missing")
        command = ["sh", "-euc", snippet]
    else:
        command = [sys.executable, "-c", snippet]
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(params=["curl", "Python", "OpenAI"])
def language(request: pytest.FixtureRequest) -> str:
    """Each snippet has a run of its own, for what it needs may be missing."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def keyed(
    frontend: FrontEnd, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, PacedVoice, int]]:
    """A key, and the voice and the page of a service that asks for it."""
    secret = generate()
    folder = tmp_path_factory.mktemp("keyed")
    with paced(frontend, folder, api_keys=(entry("me", secret),)) as (voice, api), site(api) as port:
        yield secret, voice, port


def test_a_snippet_makes_the_file(visit: Visit, tmp_path: Path, language: str) -> None:
    page = visit()
    page.locator("#text").fill(TEXT)
    page.locator("input[value=sad]").check()
    page.locator("#speed").fill("1.5")
    page.locator("#pitch").fill("-2")
    page.locator("#voice").select_option("causal_emo")
    page.locator("#format").select_option("ogg")
    page.locator("#sample_rate").select_option("8000")
    run(language, copied(page, language), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["speech.ogg"]
    samples, _ = soundfile.read(tmp_path / "speech.ogg")
    assert len(samples) > 1000


def test_with_defaults_a_snippet_says_no_more_than_needed(visit: Visit) -> None:
    page = visit()
    page.locator("#text").fill("你好。")
    for language in ("curl", "Python", "OpenAI"):
        snippet = copied(page, language)
        assert "你好。" in snippet
        assert not re.search("emotion|speed|sample_rate|API_KEY", snippet)


def test_a_key_is_read_from_the_environment(
    visit: Visit, keyed: tuple[str, PacedVoice, int], tmp_path: Path, language: str
) -> None:
    secret, voice, port = keyed
    page = visit(port, ready=False)
    page.get_by_label("API 密钥").fill(secret)
    page.keyboard.press("Enter")
    page.locator("#voice option").first.wait_for(state="attached")
    page.locator("#text").fill(f"{language}，你好。")
    snippet = copied(page, language)
    assert secret not in snippet
    voice.let(1)
    run(language, snippet, tmp_path, QINGSHENG_API_KEY=secret)
    assert (tmp_path / "speech.wav").stat().st_size > 1000
