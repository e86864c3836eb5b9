"""``qingsheng worker`` beside ``qingsheng serve``, on a real Redis."""

from __future__ import annotations

import io
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from service.runtime.exported import write_exported
from tests.redis_server import RedisServer
from tests.running import PATIENCE, Service, start, stop
from tests.runtime.voices import exported
from tests.waiting import until


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    (tmp_path / "redis").mkdir()
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def environment(redis: RedisServer, tmp_path: Path) -> dict[str, str]:
    write_exported([exported("plain_emo")], tmp_path / "model")
    return {
        "TTS_MODEL": str(tmp_path / "model"),
        "TTS_CACHE_DIR": str(tmp_path),
        "TTS_JOBS_URL": redis.url,
        "TTS_CACHE_URL": redis.url,
    }


def result(service: Service, address: str) -> tuple[int, bytes]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        status, _, body = service.ask("GET", address)
        if status != 202:
            return status, body
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_the_service_takes_a_job_and_the_worker_does_it(environment: dict[str, str], tmp_path: Path) -> None:
    service = start(tmp_path / "service", **environment)
    worker = start(tmp_path / "worker", "worker", **environment)
    try:
        service.wait_until_ready()
        worker.wait_until_ready()
        status, headers, _ = service.ask("POST", "/tts/async", {"text": "一个秘密。"})
        assert status == 202
        status, audio = result(service, headers["Location"])
        assert status == 200
        assert len(soundfile.read(io.BytesIO(audio))[0]) > 1000
        assert b'tts_jobs_finished_total{outcome="done"} 1.0' in worker.ask("GET", "/metrics")[2]
        assert worker.ask("GET", "/livez")[0] == 200
        assert worker.ask("POST", "/tts", {"text": "你好"})[0] == 404

        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(PATIENCE) == 0
        lines = [json.loads(line) for line in worker.log().splitlines()]
        (job,) = [line for line in lines if line["event"] == "job"]
        assert (job["outcome"], job["request_id"]) == ("done", headers["X-Request-Id"])
        assert "秘密" not in worker.log()
    finally:
        stop(service)
        stop(worker)


def test_without_a_redis_for_jobs_it_says_what_is_missing(tmp_path: Path) -> None:
    worker = start(tmp_path / "worker", "worker")
    assert worker.process.wait(PATIENCE) == 2
    assert worker.log() == "Error: TTS_JOBS_URL must name the Redis that the jobs are in.\n"


def test_a_port_that_is_taken_is_told_in_a_sentence(
    environment: dict[str, str], redis: RedisServer, tmp_path: Path
) -> None:
    taken = redis.url.rpartition(":")[2].split("/")[0]
    worker = start(tmp_path / "worker", "worker", **environment | {"TTS_PORT": taken})
    assert worker.process.wait(PATIENCE) == 2
    assert "Error: The worker cannot go on: " in worker.log()
    assert "in use" in worker.log()


def test_one_that_is_told_to_end_while_it_loads_ends_by_itself(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (weights, *_) = sorted((tmp_path / "model").rglob("*.onnx"))
    weights.unlink()
    os.mkfifo(weights)  # that nobody writes into: loading takes for ever
    worker = start(tmp_path / "worker", "worker", **environment)
    try:
        until(lambda: answers(worker, "/livez"))
        assert worker.ask("GET", "/healthz")[0] == 503
        worker.process.send_signal(signal.SIGTERM)
        # Not by the signal's default action, which the first process of a container does not have.
        assert worker.process.wait(PATIENCE) == 128 + signal.SIGTERM
    finally:
        stop(worker)


def answers(service: Service, path: str) -> bool:
    try:
        return service.ask("GET", path)[0] == 200
    except OSError:
        return False
