"""Every command in the documentation works as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.runtime.exported import write_exported
from service.text.frontend import FrontEnd
from tests.models.golden_model import VOICES
from tests.running import Service, start, stop
from tests.runtime.voices import exported

ROOT = Path(__file__).parent.parent
OFFICIAL = "iic/speech_sambert-hifigan_tts_zh-cn_16k"
SMALL = {"zhitian_emo": "plain_emo", "zhiyan_emo": "causal_emo"}
"""Voices of this model, and small ones that take their places here."""

PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    ROOT / "helm" / "qingsheng" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def blocks(language: str) -> list[str]:
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [block for page in PAGES for block in pattern.findall(page.read_text("utf-8"))]


def commands() -> list[str]:
    lines = (line.partition("  #")[0].strip() for block in blocks("bash") for line in block.splitlines())
    return sorted({line for line in lines if line})


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("docs")
    running = start(folder, TTS_CACHE_DIR=str(folder))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of the same form as the official one."""
    model = tmp_path_factory.mktemp("docs") / "model"
    for name, small in SMALL.items():
        shutil.copytree(VOICES[small] / "voices" / small, model / "voices" / name)
        shutil.copy(VOICES[small] / "configuration.json", model)
    (model / "voices" / "voices.json").write_text(json.dumps({"voices": list(SMALL)}))
    return model


def export_small(folder: Path) -> None:
    """Writes what ``qingsheng export`` would."""
    write_exported([replace(exported(small), name=name) for name, small in SMALL.items()], folder)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "TTS_CACHE_DIR": str(folder / "cache")}
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)


def size(path: Path) -> int:
    return sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file())


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("make ")])
def test_a_make_target_exists(command: str) -> None:
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith(("qingsheng ", "curl "))])
def test_a_command_works(command: str, service: Service, official: Path, tmp_path: Path) -> None:
    program = command.split()[0]
    if program == "curl" and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if command == "qingsheng worker":
        pytest.skip("tests/test_worker.py runs it, for it does not end")
    if "--model exported" in command:
        export_small(tmp_path / "exported")
    ran = run(command.replace(":8080", f":{service.port}").replace(OFFICIAL, str(official)), tmp_path)
    assert ran.returncode == 0, ran.stderr
    written = re.findall(r" -o (\S+)", command)
    assert all(size(tmp_path / name) > 1000 for name in written) if written else ran.stdout


@pytest.mark.parametrize("command", [c for c in commands() if " examples/" in c])
def test_an_example_works(command: str, service: Service, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    ran = run(command.replace(":8080", f":{service.port}"), tmp_path)
    assert ran.returncode == 0, ran.stderr
    written = [file for file in tmp_path.iterdir() if file.is_file()]
    assert written
    assert all(size(file) > 1000 for file in written)


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("TTS_MODEL=exported ")])
def test_a_command_works_on_exported_voices(command: str, tmp_path: Path) -> None:
    export_small(tmp_path / "exported")
    if not command.endswith(" serve"):
        ran = run(command, tmp_path)
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout or size(tmp_path / "hello.wav") > 1000
        return
    running = start(tmp_path, TTS_MODEL=str(tmp_path / "exported"))
    try:
        running.wait_until_ready()
        assert running.ask("POST", "/tts", {"text": "欢迎光临"})[0] == 200
    finally:
        stop(running)


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("TTS_MODEL=voices/")])
def test_a_command_works_on_the_voices_of_the_project(command: str, tmp_path: Path) -> None:
    (tmp_path / "voices").symlink_to(ROOT / "voices")
    ran = run(command, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert size(tmp_path / "hello.wav") > 1000


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    kinds = (
        "make ",
        "qingsheng ",
        "curl ",
        "git clone ",
        "cd ",
        "source ",
        "python -m bench.",
        "python examples/",
        "QINGSHENG_URL=http://127.0.0.1:8080 python examples/",
        "pip install ",
        "TTS_MODEL=exported qingsheng ",
        "TTS_MODEL=exported TTS_",
        "TTS_MODEL=voices/model qingsheng ",
        "helm ",  # these three: tests/helm/test_deploy_page.py
        "kubectl ",
        "docker ",
    )
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
