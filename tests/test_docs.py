"""Every command in the documentation works as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.text.frontend import FrontEnd
from tests.running import Service, start, stop

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[str]:
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [block for page in PAGES for block in pattern.findall(page.read_text("utf-8"))]


def commands() -> list[str]:
    lines = (line.partition("  #")[0].strip() for block in blocks("bash") for line in block.splitlines())
    return sorted({line for line in lines if line})


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = start(tmp_path_factory.mktemp("docs"), TTS_CACHE_DIR=str(ROOT / ".cache" / "voice"))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("make ")])
def test_a_make_target_exists(command: str) -> None:
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith(("qingsheng ", "curl "))])
def test_a_command_works(command: str, service: Service, tmp_path: Path) -> None:
    program = command.split()[0]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if shutil.which(program, path=path) is None:
        pytest.skip(f"{program} is not installed")
    ran = subprocess.run(
        command.replace(":8080", f":{service.port}"),
        shell=True,
        cwd=tmp_path,
        env=os.environ | {"PATH": path, "TTS_CACHE_DIR": str(ROOT / ".cache" / "voice")},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    written = re.search(r" -o (\S+)", command)
    assert (tmp_path / written[1]).stat().st_size > 1000 if written else ran.stdout


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    kinds = ("make ", "qingsheng ", "curl ", "git clone ", "cd ", "source ", "python -m bench.")
    assert [c for c in commands() if not c.startswith(kinds)] == []


def test_the_bench_modules_exist() -> None:
    named = {c.split()[2] for c in commands() if c.startswith("python -m ")}
    assert all((ROOT / (name.replace(".", "/") + ".py")).exists() for name in named)


@pytest.mark.parametrize("document", blocks("xml"))
def test_an_example_of_ssml_can_be_read(document: str) -> None:
    assert list(FrontEnd().read(document))


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
