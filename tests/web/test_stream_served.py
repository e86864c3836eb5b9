"""``POST /tts/stream`` over gunicorn: what goes over the wire."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping

import pytest

from service.runtime.exported import write_exported
from tests.running import PATIENCE, Service, start, stop
from tests.test_sambert import exported, with_names

WAV_HEADER = 44


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Gunicorn, and a model that cannot say 世界."""
    model = tmp_path_factory.mktemp("model")
    write_exported([with_names(exported("plain_emo"), "sy", {"sh_c": "xx"})], model)
    running = start(tmp_path_factory.mktemp("served"), TTS_MODEL=str(model))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


@pytest.fixture
def connection(service: Service) -> Iterator[http.client.HTTPConnection]:
    opened = service.connection()
    yield opened
    opened.close()


def test_it_is_chunked_and_whole_and_the_connection_serves_on(
    service: Service, connection: http.client.HTTPConnection
) -> None:
    body = {"text": "欢迎光临。你好。", "format": "pcm"}
    for _ in range(2):
        response = asked(connection, body)
        assert response.headers["Transfer-Encoding"] == "chunked"
        streamed, line = response.read(), connection.sock
        connection.request("GET", "/livez")
        assert connection.getresponse().read()
        assert connection.sock is line
    assert streamed == service.ask("POST", "/tts", body)[2]


def test_a_client_can_tell_that_the_rest_is_missing(
    service: Service, connection: http.client.HTTPConnection
) -> None:
    response = asked(connection, {"text": "欢迎光临。世界。"}, "broken")
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead) as broken:
        response.read()
    assert len(broken.value.partial) > WAV_HEADER
    assert line_of(service, "broken")["code"] == "unspeakable"
    assert "世界" not in service.log()
    assert '"exception"' not in service.log()


def test_an_error_before_any_sound_is_an_answer_like_any_other(
    connection: http.client.HTTPConnection,
) -> None:
    response = asked(connection, {"text": "世界。欢迎光临。"})
    assert (response.status, json.loads(response.read())["code"]) == (422, "unspeakable")


def test_sound_comes_before_the_text_is_finished_and_a_client_may_leave(
    service: Service, connection: http.client.HTTPConnection
) -> None:
    body = {"text": "今天天气很好，我们去公园走走。" * 600, "sample_rate": 48000}
    response = asked(connection, body, "left")
    assert len(response.read1(1000)) > WAV_HEADER
    assert '"left"' not in service.log()
    response.close()
    connection.close()
    assert line_of(service, "left")["cancelled"] is True
    assert service.ask("POST", "/tts/stream", {"text": "你好。"})[0] == 200
    assert '"exception"' not in service.log()


def asked(
    connection: http.client.HTTPConnection, body: Mapping[str, object], name: str = "any"
) -> http.client.HTTPResponse:
    headers = {"Content-Type": "application/json", "X-Request-Id": name}
    connection.request("POST", "/tts/stream", json.dumps(body), headers)
    return connection.getresponse()


def line_of(service: Service, request_id: str) -> dict[str, object]:
    """Waits for what the log says of a request."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for line in map(json.loads, service.log().splitlines()):
            if line.get("request_id") == request_id and line["event"] == "request":
                return dict(line)
        time.sleep(0.01)
    raise AssertionError("the log says nothing of the request")
