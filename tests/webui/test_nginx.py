"""nginx with the template: files, headers, and the way to the API."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, Response, jsonify, request

from bench.server import free_port
from service.webui import PUBLIC, TEMPLATE
from tests.running import Service
from tests.web.caller import Caller, served
from tests.webui.paced import PacedVoice
from tests.webui.site import site


def ask(
    port: int, method: str, path: str, body: bytes | None = None, **fields: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """``fields`` are headers in lower case, with ``_`` for ``-``."""
    headers = {name.replace("_", "-"): text for name, text in fields.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """What has reached the API of ``echo``, in order."""
    return []


@pytest.fixture(scope="module")
def echo(asked: list[str]) -> Iterator[int]:
    """The page in front of an API that answers what it was sent."""
    app = Flask("echo", static_folder=None)

    @app.route("/<path:path>", methods=["GET", "POST", "DELETE"])
    def answer(path: str) -> Response:
        asked.append(path)
        return jsonify(
            path=request.full_path, body=request.get_data(as_text=True), headers=dict(request.headers)
        )

    with served(app) as api_port, site(api_port) as port:
        yield port


@pytest.fixture(scope="module")
def packed_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The page with compressed copies, as the image has it, in a folder that only its owner may look into."""
    public = tmp_path_factory.mktemp("packed") / "public"
    shutil.copytree(PUBLIC, public)
    subprocess.run([TEMPLATE.with_name("pack.sh"), public], check=True)
    public.parent.chmod(0o700)
    with site(free_port(), public) as port:
        yield port


class TestTemplate:
    def test_only_the_address_of_the_api_is_substituted(self) -> None:
        template = TEMPLATE.read_text("utf-8")
        code = "\n".join(line.partition("#")[0] for line in template.splitlines())
        assert set(re.findall(r"\$\{(\w+)\}", code)) == {"QINGSHENG_API_URL"}
        own = set(re.findall(r"\$(\w+)", code))
        assert own
        assert all(name == name.lower() for name in own)  # as no variable of an environment is written

    def test_what_the_image_decides_stays_as_it_is_there(self) -> None:
        template = TEMPLATE.read_text("utf-8")
        assert "listen 8080;" in template
        assert "root /usr/share/nginx/html;" in template
        assert not re.search(r"^\s*(user|pid|load_module|include)\b", template, re.MULTILINE)


class TestFiles:
    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/", "text/html; charset=utf-8"),
            ("/js/main.js", "text/javascript; charset=utf-8"),
            ("/css/base.css", "text/css; charset=utf-8"),
            ("/icon.svg", "image/svg+xml"),
        ],
    )
    def test_a_file_comes_with_its_type_and_no_other_is_guessed(
        self, page_port: int, path: str, kind: str
    ) -> None:
        status, headers, body = ask(page_port, "GET", path)
        assert (status, headers["Content-Type"]) == (200, kind)
        assert body
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Server"] == "nginx"

    @pytest.mark.parametrize("path", ["/", "/index.html"])
    def test_the_page_may_use_nothing_but_files_of_its_own(self, page_port: int, path: str) -> None:
        _, headers, _ = ask(page_port, "GET", path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"

    def test_browsers_keep_files_and_ask_whether_they_still_hold(self, page_port: int) -> None:
        for path in ("/", "/js/main.js"):
            _, headers, _ = ask(page_port, "GET", path)
            assert headers["Cache-Control"] == "no-cache"
            status, _, body = ask(page_port, "GET", path, if_none_match=headers["ETag"])
            assert (status, body) == (304, b"")

    def test_who_takes_it_gets_what_was_compressed_beforehand(self, packed_port: int) -> None:
        for path in ("/", "/js/zh.js", "/css/base.css", "/icon.svg"):
            _, plain, whole = ask(packed_port, "GET", path)
            _, headers, packed = ask(packed_port, "GET", path, accept_encoding="br, gzip")
            assert plain["Content-Encoding"] is None
            assert headers["Content-Encoding"] == "gzip"
            assert headers["Content-Type"] == plain["Content-Type"]
            assert headers["Vary"] == plain["Vary"] == "Accept-Encoding"
            assert len(packed) < len(whole)
            assert gzip.decompress(packed) == whole

    def test_all_that_a_new_visitor_gets_is_less_than_100_kb(self, packed_port: int) -> None:
        paths = [path.relative_to(PUBLIC) for path in PUBLIC.rglob("*") if path.is_file()]
        sizes = [len(ask(packed_port, "GET", f"/{path}", accept_encoding="gzip")[2]) for path in paths]
        assert sum(sizes) < 100_000

    def test_without_compressed_copies_it_does_without(self, page_port: int) -> None:
        status, headers, body = ask(page_port, "GET", "/js/zh.js", accept_encoding="gzip")
        assert (status, headers["Content-Encoding"]) == (200, None)
        assert b"export" in body

    @pytest.mark.parametrize("path", ["/none", "/js/", "/../nginx/default.conf.template", "/.git/config"])
    def test_there_is_nothing_else(self, page_port: int, path: str) -> None:
        assert ask(page_port, "GET", path)[0] in (400, 403, 404)

    def test_files_cannot_be_written_to(self, page_port: int) -> None:
        assert ask(page_port, "POST", "/index.html", b"x")[0] == 403

    def test_its_own_health_needs_no_api(self) -> None:
        with site(free_port()) as port:
            status, _, body = ask(port, "GET", "/webui-healthz")
        assert (status, body) == (200, b"ok\n")

    def test_every_file_of_the_page_is_one_it_uses(self) -> None:
        text = "".join(path.read_text("utf-8") for path in PUBLIC.rglob("*") if path.is_file())
        names = [path.name for path in PUBLIC.rglob("*") if path.is_file() and path.name != "index.html"]
        assert [name for name in names if name not in text] == []


class TestApi:
    def test_requests_pass_whole(self, echo: int) -> None:
        _, _, body = ask(echo, "POST", "/api/tts/result/1?a=%20b", "你好".encode(), x_api_key="k")
        told = json.loads(body)
        assert told["path"] == "/tts/result/1?a=%20b"
        assert told["body"] == "你好"
        assert told["headers"]["X-Api-Key"] == "k"
        assert told["headers"]["Host"] == f"127.0.0.1:{echo}"

    def test_the_service_is_told_one_address_and_the_scheme(self, echo: int) -> None:
        through = "203.0.113.9, 198.51.100.7"
        _, _, body = ask(echo, "GET", "/api/x", x_forwarded_for=through, x_forwarded_proto="https")
        told = json.loads(body)["headers"]
        assert told["X-Forwarded-For"] == "198.51.100.7"  # what the proxy in front, a private one, has seen
        assert told["X-Forwarded-Proto"] == "https"
        told = json.loads(ask(echo, "GET", "/api/x")[2])["headers"]
        assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == ("127.0.0.1", "http")

    def test_answers_of_the_real_service_keep_its_headers(self, page_port: int) -> None:
        body = json.dumps({"text": "你好。"}).encode()
        status, headers, audio = ask(page_port, "POST", "/api/tts", body, content_type="application/json")
        assert (status, headers["Content-Type"], audio[:4]) == (200, "audio/wav", b"RIFF")
        assert headers["X-Cache"] in ("hit", "miss")
        assert headers["Server-Timing"]
        assert headers.get_all("Content-Security-Policy") == ["default-src 'none'; frame-ancestors 'none'"]

    def test_a_refusal_of_the_service_passes_unchanged(self, page_port: int) -> None:
        status, _, body = ask(page_port, "POST", "/api/tts", b"{}", content_type="application/json")
        assert (status, json.loads(body)["code"]) == (400, "invalid_field")

    def test_a_request_reaches_the_service_when_all_of_it_is_there(self, echo: int, asked: list[str]) -> None:
        with socket.create_connection(("127.0.0.1", echo)) as slow:
            slow.sendall(b"POST /api/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
            ask(echo, "GET", "/api/quick")
            assert asked[-1] == "quick"
            assert "slow" not in asked
            slow.sendall(b"cd")
            assert slow.recv(12) == b"HTTP/1.1 200"
        assert asked[-1] == "slow"

    def test_a_stream_passes_while_it_is_made(self, slow: tuple[PacedVoice, int]) -> None:
        voice, port = slow
        body = json.dumps({"text": "你好。再见。", "format": "pcm"})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        voice.let(1)
        connection.request("POST", "/api/tts/stream", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.read1(2000)
        assert voice.spoken == ["你好。"]  # and the rest can only come now
        voice.let(1)
        assert response.read()
        assert voice.spoken == ["你好。", "再见。"]
        connection.close()

    def test_a_websocket_passes_both_ways(self, slow: tuple[PacedVoice, int]) -> None:
        voice, port = slow
        caller = Caller(port, path="/api/tts/ws", origin=f"http://127.0.0.1:{port}")
        caller.say("start")
        caller.speak("你好。再见。")
        voice.let(1)
        assert caller.hear("sentence").last["text"] == "你好。"
        voice.let(1)
        caller.say("end")
        assert caller.hear().last["type"] == "done"
        caller.hang_up()

    def test_too_large_a_body_is_refused_in_the_words_of_the_api(self, echo: int, asked: list[str]) -> None:
        before = len(asked)
        status, headers, body = ask(echo, "POST", "/api/tts", b" " * (2 * 1024 * 1024 + 1))
        assert (status, headers["Content-Type"]) == (413, "application/json")
        assert json.loads(body)["code"] == "body_too_large"
        assert len(asked) == before

    def test_an_api_that_is_not_there_is_told_as_such(self) -> None:
        with site(free_port()) as port:
            status, headers, body = ask(port, "GET", "/api/healthz")
        assert (status, json.loads(body)["code"]) == (502, "unreachable")
        assert headers["Retry-After"] == "2"

    def test_metrics_are_not_for_everybody(self, service: Service, page_port: int) -> None:
        assert service.ask("GET", "/metrics")[0] == 200
        assert ask(page_port, "GET", "/api/metrics")[0] == 404

    def test_one_address_cannot_flood_the_service(self, echo: int) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: ask(echo, "GET", "/api/flood"), range(300)))
        refused = [(headers, body) for status, headers, body in answers if status == 429]
        assert len(refused) < len(answers)
        assert {json.loads(body)["code"] for _, body in refused} == {"rate_limited"}
        assert {headers["Retry-After"] for headers, _ in refused} == {"1"}
