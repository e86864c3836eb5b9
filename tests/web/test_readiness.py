"""Probes, and what the service answers while it has no voice yet."""

from __future__ import annotations

import threading
from queue import SimpleQueue

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.parts import Parts, build_parts
from service.settings import Settings
from service.speech import Synthesizer
from service.web.engine import NotReadyError


def test_a_ready_service(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.get_json() == {
        "status": "ok",
        "model_loaded": True,
        "voices": ["sine", "hum"],
        "queue_depth": 0,
        "queue_seconds": 0.0,
    }
    assert client.get("/livez").get_json() == {"status": "ok"}


class TestLoading:
    @pytest.fixture
    def may_load(self) -> threading.Event:
        return threading.Event()

    @pytest.fixture
    def parts(self, may_load: threading.Event, synthesizer: Synthesizer, settings: Settings) -> Parts:
        def load() -> Synthesizer:
            may_load.wait()
            return synthesizer

        return build_parts(settings, load)

    def test_it_is_alive_but_not_ready_until_the_voice_is_there(
        self, parts: Parts, may_load: threading.Event
    ) -> None:
        client = create_app(parts).test_client()
        done = threading.Event()
        parts.engine.start(lambda error: done.set())
        health = client.get("/healthz")
        assert (health.status_code, health.get_json()["status"]) == (503, "loading")
        assert not health.get_json()["model_loaded"]
        assert client.get("/livez").status_code == 200
        for refused in (client.post("/tts", json={"text": "你好"}), client.get("/voices")):
            assert refused.status_code == 503
            assert refused.get_json()["code"] == "not_ready"
            assert int(refused.headers["Retry-After"]) >= 1
        may_load.set()
        assert done.wait(10)
        assert client.get("/healthz").status_code == 200
        assert client.post("/tts", json={"text": "你好"}).status_code == 200

    def test_a_wrong_request_is_told_so_even_then(self, parts: Parts) -> None:
        client = create_app(parts).test_client()
        assert client.post("/tts", json={"text": 1}).status_code == 400


def test_a_voice_that_cannot_be_loaded_is_told_to_the_caller_and_on_healthz(settings: Settings) -> None:
    def load() -> Synthesizer:
        raise OSError("disk full")

    parts = build_parts(settings, load)
    errors: SimpleQueue[Exception | None] = SimpleQueue()
    parts.engine.start(errors.put)
    assert str(errors.get(timeout=10)) == "disk full"
    health = create_app(parts).test_client().get("/healthz")
    assert (health.status_code, health.get_json()["status"]) == (503, "failed")
    with pytest.raises(NotReadyError):
        _ = parts.renderer.synthesizer


def test_a_draining_service_is_not_ready_but_finishes(parts: Parts) -> None:
    client = create_app(parts).test_client()
    parts.engine.draining = True
    health = client.get("/healthz")
    assert (health.status_code, health.get_json()["status"]) == (503, "draining")
    assert client.post("/tts", json={"text": "你好"}).status_code == 200
