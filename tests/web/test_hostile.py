"""Clients over real sockets that are slow, clumsy or hostile: they hurt nobody but themselves."""

from __future__ import annotations

import json
import signal
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from service.runtime.exported import write_exported
from tests.running import PATIENCE, Service, start, stop
from tests.runtime.voices import exported
from tests.waiting import until

TEXT = "欢迎光临"
FEW = 2  # requests at once; gunicorn has some threads more
MANY = 40
POST = "POST /tts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
RESET = struct.pack("ii", 1, 0)  # for SO_LINGER
ASK = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    model = tmp_path_factory.mktemp("model")
    write_exported([exported("plain_emo")], model)
    running = start(tmp_path_factory.mktemp("served"), TTS_MODEL=str(model), TTS_MAX_REQUESTS=str(FEW))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


def connected(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)


def answer(service: Service, request: bytes, *, broken_off: bool = False) -> tuple[int, str]:
    """The status and the body of the answer to raw bytes, behind which the client may hang up."""
    with closing(connected(service)) as connection:
        connection.sendall(request)
        if broken_off:
            connection.shutdown(socket.SHUT_WR)
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode(errors="replace")


def chunked(body: bytes) -> bytes:
    return f"{POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode() + body


def sized(body: bytes, length: int) -> bytes:
    return f"{POST}Content-Length: {length}\r\nConnection: close\r\n\r\n".encode() + body


def code(body: str) -> str:
    return str(json.loads(body)["code"])


@pytest.mark.parametrize(
    "chunks",
    [
        f"{TEXT}\r\n".encode(),
        b"2\r\n{}" + TEXT.encode(),
        f"2\r\n{{}}\r\n0\r\n{TEXT}: 1\r\n\r\n".encode(),
    ],
    ids=["no size", "no end of a chunk", "no trailer"],
)
def test_chunks_that_are_none_are_the_clients_mistake_and_no_word_of_them_is_logged(
    service: Service, chunks: bytes
) -> None:
    status, body = answer(service, chunked(chunks))
    assert (status, code(body)) == (400, "bad_request")
    assert_nothing_is_told(service)


@pytest.mark.parametrize(
    "request_of", [lambda body: sized(body, 1000), lambda body: chunked(b"3e8\r\n" + body)]
)
def test_a_body_that_breaks_off_is_not_spoken(service: Service, request_of: object) -> None:
    assert callable(request_of)
    whole = json.dumps({"text": TEXT}).encode()
    status, body = answer(service, request_of(whole), broken_off=True)
    assert (status, code(body)) == (400, "bad_request")


def test_a_chunked_body_that_is_too_large_is_not_cut_to_what_is_allowed(service: Service) -> None:
    size = 2 * 1024 * 1024
    body = json.dumps({"text": TEXT}).encode().ljust(size) + b"{"
    status, told = answer(service, chunked(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"))
    assert (status, code(told)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "request_of", [f"GET /tts?text={TEXT} HTTP/1.1\r\n\r\n", f"GET /livez HTTP/1.1\r\n{TEXT}: 1\r\n\r\n"]
)
def test_what_is_no_http_is_not_quoted_in_the_log(service: Service, request_of: str) -> None:
    assert answer(service, request_of.encode())[0] == 400
    assert "Invalid request from ip=127.0.0.1" in service.log()
    assert_nothing_is_told(service)


def assert_nothing_is_told(service: Service) -> None:
    """Also not as Python or JSON writes bytes that it does not take for text."""
    first = TEXT[0].encode()
    forms = (TEXT[0], repr(first)[2:-1], first.decode("latin-1")[0], json.dumps(TEXT[0])[1:-1])
    log = service.log()
    assert not [form for form in forms if form in log or form.replace("\\", "\\\\") in log]
    assert "Traceback" not in log
    assert "unexpected_error" not in log


def test_clients_that_do_not_hang_up_keep_nobody_waiting(service: Service) -> None:
    """gunicorn would wait for each of them in the thread that takes new requests, and at last be killed."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(closing(connected(service))).sendall(ASK)
        assert service.ask("GET", "/livez")[0] == 200
        assert service.ask("POST", "/tts", {"text": TEXT})[0] == 200
    assert "WORKER TIMEOUT" not in service.log()


def test_a_client_that_falls_silent_in_the_middle_is_given_up(service: Service) -> None:
    with closing(connected(service)) as in_head, closing(connected(service)) as in_body:
        in_head.sendall(POST.encode())
        in_body.sendall(sized(b"{", 1000))
        assert in_head.recv(1) == b""
        assert in_body.makefile("rb").readline().startswith(b"HTTP/1.1 400 ")
    assert "Traceback" not in service.log()
    assert service.ask("GET", "/livez")[0] == 200


def test_a_client_that_leaves_right_after_a_websocket_has_opened_is_no_error(service: Service) -> None:
    head = "GET /tts/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    for _ in range(MANY):
        with closing(connected(service)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.sendall((head + key).encode() + b"\x8f")  # a frame that is none
            connection.recv(1)
    until(lambda: service.log().count('"/tts/ws"') >= MANY)
    assert "unexpected_error" not in service.log()
    assert "Socket error" not in service.log()


def test_idle_connections_neither_keep_others_out_nor_hold_up_the_end(service: Service) -> None:
    """This one ends the service."""
    with ExitStack() as stack:
        for _ in range(10 * MANY):
            stack.enter_context(closing(connected(service)))
        assert service.ask("POST", "/tts", {"text": TEXT})[0] == 200
        time.sleep(0.5)  # until the last of them has been put aside
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(25) == 0  # gunicorn gives up after 30
