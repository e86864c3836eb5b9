"""What holds for every response: request ids, the shape of errors, and the log line."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.speech import Synthesizer
from tests.web.sine import SineVoice


class TestRequestId:
    def test_each_request_gets_its_own(self, client: FlaskClient) -> None:
        ids = {client.get("/livez").headers["X-Request-Id"] for _ in range(3)}
        assert len(ids) == 3

    @pytest.mark.parametrize("sent", ["a", "7c1f-22", "a b", "x" * 128])
    def test_a_sane_one_is_echoed(self, client: FlaskClient, sent: str) -> None:
        assert client.get("/livez", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent

    @pytest.mark.parametrize("sent", ["", "x" * 129, "你好".encode().decode("latin-1"), "a\tb", "a\x7f"])
    def test_another_is_replaced(self, client: FlaskClient, sent: str) -> None:
        echoed = client.get("/livez", headers={"X-Request-Id": sent}).headers["X-Request-Id"]
        assert echoed != sent
        assert echoed.isalnum()

    def test_errors_carry_it_in_header_and_body(self, client: FlaskClient) -> None:
        response = client.post("/tts", json={"text": 1}, headers={"X-Request-Id": "mine"})
        assert response.headers["X-Request-Id"] == response.get_json()["request_id"] == "mine"


class TestErrors:
    def test_an_unknown_address_is_404(self, client: FlaskClient) -> None:
        response = client.get("/nowhere")
        assert response.status_code == 404
        assert set(response.get_json()) == {"error", "code", "request_id"}
        assert response.get_json()["code"] == "not_found"

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/tts"), ("DELETE", "/voices"), ("POST", "/healthz")]
    )
    def test_a_wrong_method_is_405_and_told_the_right_ones(
        self, client: FlaskClient, method: str, path: str
    ) -> None:
        response = client.open(path, method=method)
        assert response.status_code == 405
        assert response.get_json()["code"] == "method_not_allowed"
        for allowed in response.headers["Allow"].split(", "):
            assert allowed in response.get_json()["error"]

    def test_a_fault_inside_is_500_without_its_details(
        self, client: FlaskClient, voice: SineVoice, caplog: pytest.LogCaptureFixture
    ) -> None:
        voice.sample_rate = 0
        response = client.post("/tts", json={"text": "一个秘密"}, headers={"X-Request-Id": "broken"})
        assert response.status_code == 500
        assert response.get_json()["code"] == "internal_error"
        assert "Traceback" not in response.get_data(as_text=True)
        assert any("unexpected_error" in record.getMessage() for record in caplog.records)
        assert "秘密" not in caplog.text


class TestLogLine:
    @pytest.fixture
    def lines(self, caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, object]]]:
        caplog.set_level(logging.DEBUG)
        return lambda: [
            record.msg
            for record in caplog.records
            if isinstance(record.msg, dict) and record.msg["event"] == "request"
        ]

    def test_a_request_is_one_line_that_says_what_was_asked_and_what_it_took(
        self, client: FlaskClient, lines: Callable[[], list[dict[str, object]]]
    ) -> None:
        client.post("/tts", json={"text": "你好", "emotion": "happy"}, headers={"X-Request-Id": "me"}).close()
        (line,) = lines()
        told = {
            "request_id": "me",
            "method": "POST",
            "route": "/tts",
            "status": 200,
            "characters": 2,
            "voice": "sine",
            "emotion": "happy",
            "format": "wav",
            "cache": "miss",
        }
        assert told.items() <= line.items()
        assert {"audio_seconds", "synthesis_ms", "encode_ms", "total_ms"} <= line.keys()

    def test_the_text_is_not_in_it(
        self, client: FlaskClient, lines: Callable[[], list[dict[str, object]]]
    ) -> None:
        for text in ("悄悄话", "<speak>悄悄话", "悄悄话" * 500):
            client.post("/tts", json={"text": text}).close()
        assert len(lines()) == 3
        assert "悄悄话" not in json.dumps(lines(), ensure_ascii=False)

    def test_unless_asked_for(
        self, new_app: Callable[..., Flask], lines: Callable[[], list[dict[str, object]]]
    ) -> None:
        new_app(log_text=True).test_client().post("/tts", json={"text": "大声说"}).close()
        assert lines()[0]["text"] == "大声说"

    def test_a_refusal_tells_its_code(
        self, client: FlaskClient, lines: Callable[[], list[dict[str, object]]]
    ) -> None:
        client.post("/tts", json={"text": "。"}).close()
        assert lines()[0].items() >= {"status": 422, "code": "nothing_to_speak"}.items()

    def test_probes_are_quiet(self, client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        client.get("/healthz").close()
        client.get("/livez").close()
        assert not caplog.records


def test_voices_tells_what_can_be_asked_for(client: FlaskClient, synthesizer: Synthesizer) -> None:
    told = client.get("/voices").get_json()
    assert told["default"] == "sine"
    assert [voice["name"] for voice in told["voices"]] == list(synthesizer.voices)
    assert told["voices"][0] == {
        "name": "sine",
        "gender": "female",
        "sample_rate": 24000,
        "emotions": ["neutral", "happy", "sad"],
    }
    for audio_format in told["formats"]:
        for sample_rate in told["sample_rates"]:
            body = {"text": "好", "format": audio_format, "sample_rate": sample_rate}
            assert client.post("/tts", json=body).status_code == 200
