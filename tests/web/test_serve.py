"""The whole of it: ``qingsheng serve`` as a user starts it, with gunicorn and the embedded voice."""

from __future__ import annotations

import errno
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from tests.running import PATIENCE, Service, start, stop
from tests.waiting import until

LONG_TEXT = "今天天气很好，我们去公园走走。" * 20


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = start(tmp_path, TTS_CACHE_DIR=str(tmp_path))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


def test_it_speaks_caches_and_finishes_what_runs_when_told_to_end(service: Service) -> None:
    body = {"text": "你好", "emotion": "happy"}
    status, headers, audio = service.ask("POST", "/tts", body)
    assert (status, headers["X-Cache"]) == (200, "miss")
    samples, rate = soundfile.read(io.BytesIO(audio))
    assert len(samples) / rate == pytest.approx(float(headers["X-Audio-Seconds"]), abs=0.001)
    assert 0.3 < len(samples) / rate < 3
    assert abs(samples).max() > 0.05

    status, headers, again = service.ask("POST", "/tts", body)
    assert (status, headers["X-Cache"], again) == (200, "hit", audio)

    speaking = service.connection()
    speaking.request("POST", "/tts", json.dumps({"text": LONG_TEXT}), {"Content-Type": "application/json"})
    kept = service.connection()
    wait_until_taken(kept)
    service.process.send_signal(signal.SIGTERM)
    assert health_while_ending(kept) == "draining"
    response = speaking.getresponse()
    status, audio = response.status, response.read()
    assert status == 200
    assert len(soundfile.read(io.BytesIO(audio))[0]) / rate > 30
    assert service.process.wait(PATIENCE) == 0
    assert "Traceback" not in service.log()

    lines = [json.loads(line) for line in service.log().splitlines()]
    spoken = [line for line in lines if line.get("route") == "/tts"]
    # A line is written when its answer has gone, and the next request may be quicker.
    assert sorted(line["cache"] for line in spoken) == ["hit", "miss", "miss"]
    assert "你好" not in service.log()
    assert f"curl -fsS http://127.0.0.1:{service.port}/tts" in service.told()


def wait_until_taken(last: http.client.HTTPConnection) -> None:
    """Returns when gunicorn has taken this connection and all before it: it takes them in their order.

    What has not been taken when the service ends is reset.
    """
    last.request("GET", "/livez")
    assert last.getresponse().read()


def health_while_ending(kept: http.client.HTTPConnection) -> str:
    """Asks over a connection that was open before, for new ones are not taken any more."""
    while True:
        kept.request("GET", "/healthz")
        response = kept.getresponse()
        answer = json.loads(response.read())
        if response.status == 503:
            return str(answer["status"])


def test_when_it_is_to_end_it_hears_out_who_is_there_and_refuses_who_comes(service: Service) -> None:
    body = json.dumps({"text": "你好"})
    there = service.connection()
    there.putrequest("POST", "/tts")
    there.putheader("Content-Type", "application/json")
    there.putheader("Content-Length", str(len(body)))
    there.endheaders()
    wait_until_taken(service.connection())
    service.process.send_signal(signal.SIGTERM)
    until(lambda: refused(service))
    there.send(body.encode())
    assert there.getresponse().status == 200
    assert service.process.wait(PATIENCE) == 0


def refused(service: Service) -> bool:
    """Whether a new connection is."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", service.port)) == errno.ECONNREFUSED


def test_ctrl_c_while_loading_ends_it_quietly(tmp_path: Path) -> None:
    running = start(tmp_path, TTS_CACHE_DIR=str(tmp_path))
    try:
        while "Loading the voice" not in running.told():
            time.sleep(0.05)
        os.killpg(running.process.pid, signal.SIGINT)
        assert running.process.wait(PATIENCE) == 0
        assert "Traceback" not in running.log()
    finally:
        stop(running)


def test_a_voice_that_cannot_be_loaded_ends_it_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").touch()
    running = start(tmp_path, TTS_MODEL=str(tmp_path), TTS_CACHE_DIR=str(tmp_path))
    try:
        assert running.process.wait(PATIENCE) not in (0, None)
        assert "The voice could not be loaded" in running.told()
        assert "is no manifest of exported voices" in running.told()
    finally:
        stop(running)


def test_say_writes_a_file_in_the_format_of_its_name(tmp_path: Path) -> None:
    for name, text in (("hello.wav", "你好"), ("hello.flac", "-")):
        command = [sys.executable, "-m", "service", "say", text, "-o", str(tmp_path / name)]
        ran = subprocess.run(command, input="你好", capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        with soundfile.SoundFile(tmp_path / name) as audio:
            assert audio.format.lower() == name.split(".")[1]
            assert 0.3 < audio.frames / audio.samplerate < 3


def test_say_tells_an_unknown_voice_in_a_sentence(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "service",
        "say",
        "你好",
        "-o",
        str(tmp_path / "a.wav"),
        "--voice",
        "nobody",
    ]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stderr.startswith("Error: ")
    assert len(ran.stderr.splitlines()) == 1
    assert not (tmp_path / "a.wav").exists()


def test_voices_lists_every_voice_with_its_emotions() -> None:
    command = [sys.executable, "-m", "service", "voices"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0
    rows = ran.stdout.splitlines()
    assert len(rows) >= 2
    assert all("neutral, happy" in row for row in rows)
