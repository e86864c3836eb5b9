"""How the service is set up under gunicorn. tests/web/test_serve.py runs the whole of it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from service.gunicorn_conf import Server
from service.gunicorn_worker import Worker
from service.runtime.exported import write_exported
from service.settings import Settings
from tests.runtime.voices import exported
from tests.waiting import until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(host="127.0.0.1", port=8123, max_requests=10, cache_dir=tmp_path)


@pytest.fixture
def server(settings: Settings) -> Server:
    return Server(settings, Console(quiet=True))


def test_gunicorn_takes_every_option(server: Server) -> None:
    assert server.cfg.address == [("127.0.0.1", 8123)]
    assert server.cfg.worker_class is Worker


def test_one_process_holds_the_only_copy_of_the_voice_and_the_master_holds_none(server: Server) -> None:
    assert server.cfg.workers == 1
    assert not server.cfg.preload_app


def test_the_inference_library_is_not_even_imported_before_the_fork() -> None:
    """ONNX Runtime that is imported before a fork aborts when the forked process ends."""
    script = (
        "import sys; from rich.console import Console; from service.gunicorn_conf import Server;"
        "from service.settings import Settings; Server(Settings(), Console(quiet=True));"
        "heavy = {'onnxruntime', 'prometheus_client', 'service.speech', 'service.sambert'};"
        "assert not heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_threads_are_left_for_probes_when_everybody_waits(server: Server, settings: Settings) -> None:
    assert server.cfg.threads >= settings.max_requests + 4


def test_nothing_is_written_below_home(server: Server) -> None:
    """The root of a container may be read-only."""
    assert server.cfg.settings["control_socket_disable"].get()


def test_an_ipv6_address_is_bracketed(settings: Settings) -> None:
    server = Server(settings.model_copy(update={"host": "::1"}), Console(quiet=True))
    assert server.cfg.address == [("::1", 8123)]


def test_loading_that_breaks_off_because_the_process_ends_is_no_failure(
    settings: Settings, tmp_path: Path
) -> None:
    write_exported([exported("plain_emo")], tmp_path / "model")
    (weights, *_) = sorted((tmp_path / "model").rglob("*.onnx"))
    weights.unlink()
    os.mkfifo(weights)  # loading waits until somebody writes into it
    told = io.StringIO()
    server = Server(settings.model_copy(update={"model": str(tmp_path / "model")}), Console(file=told))
    client = server.load().test_client()
    server.drain()
    weights.write_bytes(b"no network")
    until(lambda: client.get("/healthz").get_json()["status"] == "failed")
    assert "could not be loaded" not in told.getvalue()
    server.close()
