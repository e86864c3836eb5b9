"""No more requests at once than there are places, and every place comes back."""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from websocket import WebSocket, WebSocketBadStatusException, create_connection
from werkzeug.serving import make_server

from tests.waiting import PATIENCE, until
from tests.web.crowded import crowded_app


def ask(port: int, method: str, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def is_served(port: int) -> bool:
    return ask(port, "GET", "/voices")[0] == 200


def is_cut_off(port: int, path: str) -> bool:
    """Whether an answer began and broke off."""
    try:
        ask(port, "GET", path)
    except http.client.IncompleteRead:
        return True
    return False


def open_stream(port: int) -> socket.socket:
    """A client in the middle of an answer that has no end; it holds the only place."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        client.sendall(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if client.recv(100).startswith(b"HTTP/1.1 200"):
            return client
        client.close()
    raise AssertionError("the only place did not come back")


def open_socket(port: int, path: str = "/echo") -> WebSocket:
    """A WebSocket, which holds the only place."""
    opened: list[WebSocket] = []
    until(lambda: try_socket(port, path, opened))
    return opened[0]


def try_socket(port: int, path: str, opened: list[WebSocket]) -> bool:
    with suppress(WebSocketBadStatusException):
        opened.append(create_connection(f"ws://127.0.0.1:{port}{path}", timeout=PATIENCE))
    return bool(opened)


def vanish(talk: WebSocket) -> None:
    """Ends a connection without the goodbye that the protocol asks for."""
    assert talk.sock is not None
    talk.sock.close()


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of gunicorn with threads, as in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "tests.web.crowded:crowded_app()", "-b", f"127.0.0.1:{port}"]
    options = ["-k", "gthread", "--threads", "4", "--no-control-socket"]
    told = tmp_path_factory.mktemp("gunicorn") / "log"
    with told.open("w") as log:
        process = subprocess.Popen([*command, *options], stdout=log, stderr=log, start_new_session=True)
    try:
        until(lambda: process.poll() is not None or answers(port))
        assert process.poll() is None, told.read_text(encoding="utf-8")
        yield port
    finally:
        with suppress(ProcessLookupError):  # it could not start
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def werkzeug() -> Iterator[int]:
    """The port of Flask's own server, one thread for each request."""
    server = make_server("127.0.0.1", 0, crowded_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()


@pytest.fixture(autouse=True)
def _no_log_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """Errors that pytest kept would keep what they were raised in, and so sockets of werkzeug's server."""
    caplog.set_level(logging.CRITICAL)


@pytest.fixture(params=["gunicorn", "werkzeug"])
def port(request: pytest.FixtureRequest) -> int:
    found: int = request.getfixturevalue(request.param)
    return found


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/livez")[0] == 200
    except OSError:
        return False


def test_a_request_too_many_is_refused_at_once_in_the_contracts_shape(port: int) -> None:
    with open_stream(port):
        status, headers, body = ask(port, "POST", "/tts", **{"X-Request-Id": "mine"})
        assert (status, headers["Retry-After"], headers["X-Request-Id"]) == (503, "1", "mine")
        told = json.loads(body)
        assert (told["code"], told["request_id"]) == ("busy", "mine")


def test_probes_and_metrics_are_served_however_full_it_is(port: int) -> None:
    with open_stream(port):
        for path in ("/healthz", "/livez", "/metrics"):
            assert ask(port, "GET", path)[0] == 200


def test_a_client_that_leaves_in_the_middle_of_a_stream_gives_its_place_back(port: int) -> None:
    open_stream(port).close()
    until(lambda: is_served(port))


def test_a_refusal_takes_no_place_and_gives_none_back(port: int) -> None:
    with open_stream(port):
        assert [ask(port, "GET", "/voices")[0] for _ in range(5)] == [503] * 5
    until(lambda: is_served(port))


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/voices", {}, 200),
        ("HEAD", "/voices", {}, 200),
        ("OPTIONS", "/voices", {}, 200),
        ("GET", "/unchanged", {"If-None-Match": '"same"'}, 304),
        ("GET", "/nowhere", {}, 404),
        ("GET", "/tts", {}, 405),
        ("GET", "/refused", {}, 403),
        ("GET", "/broken", {}, 500),
        ("GET", "/echo", {}, 400),
    ],
)
def test_every_ending_gives_the_place_back(
    port: int, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    for _ in range(3):
        until(lambda: ask(port, method, path, **headers)[0] == status)
    until(lambda: is_served(port))


def test_a_stream_that_fails_and_cannot_be_closed_gives_the_place_back(port: int) -> None:
    until(lambda: is_served(port))
    until(lambda: is_cut_off(port, "/torn"))
    until(lambda: is_served(port))


def test_a_websocket_holds_a_place_as_long_as_it_is_open(port: int) -> None:
    talk = open_socket(port)
    talk.send("你好")
    assert talk.recv() == "你好"
    assert ask(port, "GET", "/voices")[0] == 503
    with pytest.raises(WebSocketBadStatusException, match="503"):
        create_connection(f"ws://127.0.0.1:{port}/echo", timeout=PATIENCE)
    talk.close()
    until(lambda: is_served(port))


def test_a_websocket_whose_client_vanishes_gives_the_place_back(port: int) -> None:
    vanish(open_socket(port))
    until(lambda: is_served(port))


def test_a_websocket_whose_route_fails_gives_the_place_back(port: int) -> None:
    talk = open_socket(port, "/echo/broken")
    talk.send("")
    vanish(talk)
    until(lambda: is_served(port))


def test_a_client_that_has_sent_half_a_body_and_leaves_gives_the_place_back(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(b"POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
    until(lambda: is_served(port))


def test_an_answer_that_is_thrown_away_unclosed_gives_its_place_back() -> None:
    client = crowded_app().test_client()
    assert [client.get("/voices").status_code for _ in range(5)] == [200] * 5


def test_as_many_as_there_are_places_are_served_at_once() -> None:
    client = crowded_app(limit=3).test_client()
    running = [client.get("/stream") for _ in range(3)]
    assert [stream.status_code for stream in running] == [200] * 3
    assert client.get("/stream").status_code == 503
    running[0].close()
    assert client.get("/voices").status_code == 200
