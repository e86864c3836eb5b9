"""``POST /tts/async`` and ``/tts/result/<task_id>``, whether jobs are kept in Redis or in memory."""

from __future__ import annotations

import base64
import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.jobs.callback import Callbacks
from service.observability.metrics import Metrics
from service.observability.tracing import NoTracer
from service.renderer import Renderer
from service.text.frontend import FrontEnd
from service.web.engine import Engine
from service.web.errors import register_errors
from service.web.intake import Intake
from service.web.jobs import jobs_blueprint
from service.web.lifecycle import register_lifecycle
from tests.jobs.held import FAULTY, HeldVoice, Stage
from tests.jobs.workshop import Workshop, build_renderer, new_cache, redis_workshop, workshop_in
from tests.redis_server import RedisServer
from tests.waiting import until

LIMIT = 100
HOST = "hooks.example.com"


@pytest.fixture
def renderer(frontend: FrontEnd, tmp_path: Path) -> Renderer:
    return build_renderer(frontend, HeldVoice(tmp_path))


@pytest.fixture(params=["memory", "redis"])
def workshop(request: pytest.FixtureRequest, renderer: Renderer, tmp_path: Path) -> Iterator[Workshop]:
    stage = Stage(tmp_path)
    made = workshop_in(request, stage, renderer)
    made.callbacks = Callbacks([HOST], b"a secret")
    yield made
    made.close()


def app_of(workshop: Workshop, renderer: Renderer, *, log_text: bool = False) -> FlaskClient:
    app = Flask("jobs")
    register_lifecycle(app, Metrics(), NoTracer())
    register_errors(app)
    intake = Intake(renderer, LIMIT, 60.0, log_text)
    app.register_blueprint(jobs_blueprint(workshop.jobs, intake, lambda asked, _: f"/audio/{asked.text}"))
    return app.test_client()


@pytest.fixture
def client(workshop: Workshop, renderer: Renderer) -> FlaskClient:
    return app_of(workshop, renderer)


@pytest.fixture
def finish(client: FlaskClient, workshop: Workshop) -> Callable[[dict[str, object]], TestResponse]:
    """Asks for a job, lets it be done, and gives the answer."""

    def act(body: dict[str, object]) -> TestResponse:
        workshop.stage.go()
        workshop.hire()
        address = client.post("/tts/async", json=body).headers["Location"]
        until(lambda: client.get(address).status_code != 202)
        return client.get(address)

    return act


def refused(response: TestResponse, status: int, code: str) -> str:
    """Checks a refusal, and gives its sentence."""
    error = response.get_json()
    assert (response.status_code, error["code"]) == (status, code)
    assert error["request_id"] == response.headers["X-Request-Id"]
    return str(error["error"])


class TestLife:
    def test_a_job_is_taken_worked_on_and_done(
        self, client: FlaskClient, workshop: Workshop, renderer: Renderer
    ) -> None:
        taken = client.post("/tts/async", json={"text": "你好", "format": "mp3"})
        task_id = taken.get_json()["task_id"]
        assert taken.status_code == 202
        assert taken.get_json() == {"task_id": task_id, "status": "processing"}
        assert taken.headers["Location"] == f"/tts/result/{task_id}"
        assert len(task_id) == 32

        waiting = client.get(f"/tts/result/{task_id}")
        assert waiting.status_code == 202
        assert waiting.headers["Retry-After"] == "1"
        assert waiting.get_json() == {"task_id": task_id, "status": "processing", "progress": 0.0}

        workshop.hire()
        workshop.stage.go()
        workshop.when_ended(task_id)
        done = client.get(f"/tts/result/{task_id}")
        assert (done.status_code, done.mimetype) == (200, "audio/mpeg")
        found = workshop.jobs.find(task_id)
        assert found is not None
        assert done.data == renderer.recording(found.job.asked)[0].audio
        assert client.get(f"/tts/result/{task_id}").data == done.data

    def test_it_can_be_forgotten(self, client: FlaskClient) -> None:
        address = client.post("/tts/async", json={"text": "你好"}).headers["Location"]
        assert client.delete(address).status_code == 204
        for response in (client.get(address), client.delete(address)):
            refused(response, 404, "unknown_job")

    @pytest.mark.parametrize("task_id", ["0" * 32, "A" * 32, "1", "../../healthz", "0" * 32 + "%0A", "*"])
    def test_what_is_no_job_is_404(self, client: FlaskClient, task_id: str) -> None:
        assert client.get(f"/tts/result/{task_id}").status_code == 404
        assert client.delete(f"/tts/result/{task_id}").status_code == 404

    def test_a_job_that_failed_says_why(self, finish: Callable[[dict[str, object]], TestResponse]) -> None:
        assert "task_id" in refused(finish({"text": FAULTY}), 500, "internal_error")

    def test_the_job_carries_the_id_of_the_request(self, client: FlaskClient, workshop: Workshop) -> None:
        headers = {"X-Request-Id": "mine"}
        taken = client.post("/tts/async", json={"text": "你好"}, headers=headers).get_json()
        state = workshop.jobs.find(taken["task_id"])
        assert state is not None
        assert state.job.request_id == "mine"

    def test_the_text_is_in_no_log_unless_asked_for(
        self,
        finish: Callable[[dict[str, object]], TestResponse],
        workshop: Workshop,
        renderer: Renderer,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        assert finish({"text": "悄悄话"}).status_code == 200
        assert "悄悄话" not in caplog.text
        app_of(workshop, renderer, log_text=True).post("/tts/async", json={"text": "大声说"}).close()
        assert "大声说" in caplog.text


class TestAnswers:
    """The result comes as ``POST /tts`` would have answered."""

    def test_base64(self, finish: Callable[[dict[str, object]], TestResponse], renderer: Renderer) -> None:
        body = finish({"text": "你好", "response": "base64"}).get_json()
        assert base64.b64decode(body["audio"])[:4] == b"RIFF"
        assert "words" not in body

    def test_json(self, finish: Callable[[dict[str, object]], TestResponse]) -> None:
        body = finish({"text": "你好", "response": "json"}).get_json()
        assert "".join(word["text"] for word in body["words"]) == "你好"

    def test_subtitles(self, finish: Callable[[dict[str, object]], TestResponse]) -> None:
        response = finish({"text": "你好", "response": "srt"})
        assert response.mimetype == "application/x-subrip"
        assert "你好" in response.get_data(as_text=True)

    def test_a_link(self, finish: Callable[[dict[str, object]], TestResponse]) -> None:
        assert finish({"text": "你好", "response": "url"}).get_json()["url"] == "/audio/你好"

    def test_a_batch_is_a_zip(self, finish: Callable[[dict[str, object]], TestResponse]) -> None:
        response = finish({"texts": ["你好", "再见"], "format": "ogg"})
        assert (response.status_code, response.mimetype) == (200, "application/zip")
        with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
            assert packed.namelist() == ["1.ogg", "2.ogg", "manifest.json"]
            manifest = json.loads(packed.read("manifest.json"))
        assert [part["text"] for part in manifest["parts"]] == ["你好", "再见"]

    def test_so_is_a_batch_of_one(self, finish: Callable[[dict[str, object]], TestResponse]) -> None:
        assert finish({"texts": ["你好"]}).mimetype == "application/zip"


class TestRefusals:
    """What is wrong with a job is said when it is asked for."""

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"text": "你好", "voice": "nobody"}, 400, "unknown_voice"),
            ({"text": "你好", "emotion": "bored"}, 400, "unknown_emotion"),
            ({"text": "<speak>你好"}, 400, "invalid_ssml"),
            ({"text": "。"}, 422, "nothing_to_speak"),
            ({"text": "好" * (LIMIT + 1)}, 400, "text_too_long"),
            ({"text": "你好", "speed": 9}, 400, "invalid_field"),
            ({"text": "你好", "unknown": 1}, 400, "invalid_field"),
            ({}, 400, "invalid_field"),
            ({"text": "你好", "texts": ["你好"]}, 400, "invalid_field"),
            ({"text": None}, 400, "invalid_field"),
            ({"texts": []}, 400, "invalid_field"),
            ({"texts": ["好"] * 201}, 400, "invalid_field"),
            ({"texts": ["你好", 1]}, 400, "invalid_field"),
            ({"texts": "你好"}, 400, "invalid_field"),
            ({"texts": ["你好", "好" * (LIMIT + 1)]}, 400, "text_too_long"),
            ({"texts": ["好" * LIMIT] * 11}, 400, "text_too_long"),
            ({"texts": ["你好", "。"]}, 422, "nothing_to_speak"),
            ({"texts": ["你好", "<speak>"]}, 400, "invalid_ssml"),
            ({"texts": ["你好"], "voice": "nobody"}, 400, "unknown_voice"),
            ({"text": "你好", "callback_url": f"http://{HOST}/"}, 400, "invalid_callback_url"),
            ({"text": "你好", "callback_url": "https://127.0.0.1/"}, 400, "invalid_callback_url"),
            ({"text": "你好", "callback_url": 1}, 400, "invalid_field"),
        ],
    )
    def test_a_bad_request(
        self, client: FlaskClient, workshop: Workshop, body: dict[str, object], status: int, code: str
    ) -> None:
        refused(client.post("/tts/async", json=body), status, code)
        assert sum(workshop.store.counts().values()) == 0

    def test_a_fault_in_a_batch_says_in_which_text(self, client: FlaskClient) -> None:
        response = client.post("/tts/async", json={"texts": ["你好", "。"]})
        assert refused(response, 422, "nothing_to_speak").startswith("Text 2: ")

    def test_a_good_callback_is_taken(self, client: FlaskClient) -> None:
        body = {"text": "你好", "callback_url": f"https://{HOST}/done"}
        assert client.post("/tts/async", json=body).status_code == 202

    def test_as_long_as_the_voice_is_loaded_nothing_is_taken(self, workshop: Workshop) -> None:
        engine = Engine(lambda: workshop.renderer.synthesizer, Metrics())
        loading = Renderer(lambda: engine.synthesizer, new_cache(), Metrics())
        response = app_of(workshop, loading).post("/tts/async", json={"text": "你好"})
        refused(response, 503, "not_ready")


def test_without_redis_the_service_says_so(
    redis_server: RedisServer, renderer: Renderer, tmp_path: Path
) -> None:
    workshop = redis_workshop(Stage(tmp_path), renderer, redis_server.url)
    client = app_of(workshop, renderer)
    address = client.post("/tts/async", json={"text": "你好"}).headers["Location"]
    redis_server.stop()
    for response in (
        client.post("/tts/async", json={"text": "你好"}),
        client.get(address),
        client.delete(address),
    ):
        refused(response, 503, "jobs_unavailable")
        assert int(response.headers["Retry-After"]) > 0
    redis_server.start()
    assert client.get(address).status_code == 202
