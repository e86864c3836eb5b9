"""What a user is told to do after the installation, and what `helm test` does, work on a real service."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.helm.rendering import CHART, NAMESPACE, Manifest, found, rendered, run_helm
from tests.running import Service


def pod(case: str = "default") -> Manifest:
    """The container of `helm test`."""
    check: Manifest = found(rendered(case), "Pod", "qingsheng-check")
    return check


def listen(url: str) -> subprocess.CompletedProcess[str]:
    """Runs the container's command with another address."""
    (container,) = pod()["spec"]["containers"]
    assert container["command"][0] == "python"
    command = [*container["command"][1:], *container["args"]]
    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    return subprocess.run(
        [sys.executable, *command],
        env={**environment, "QINGSHENG_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def recording(samples: bytes) -> bytes:
    """A wav at 16 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(samples)
    return file.getvalue()


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that answers every request so; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_helm_test_hears_a_service_that_speaks(service: Service) -> None:
    ran = listen(f"http://127.0.0.1:{service.port}")
    assert ran.returncode == 0, ran.stderr
    assert "with a loudness of" in ran.stdout


NO_SPEECH = {
    "silence": (200, recording(bytes(2 * 16000 * 3)), "silent"),
    "a click": (200, recording(b"\x00\x20" * 160), "is not how long"),
    "a minute of it": (200, recording(b"\x00\x20" * 16000 * 60), "is not how long"),
    "nothing": (200, recording(b""), "there is no sound in it"),
    "a page": (200, b"<html>not found</html>", "does not speak"),
    "an error": (503, b'{"error": "The voice is being loaded."}', "answers 503"),
}


@pytest.mark.parametrize("answer", NO_SPEECH)
def test_helm_test_fails_on_what_is_no_speech(answer: str) -> None:
    status, body, complaint = NO_SPEECH[answer]
    with answering(status, body) as url:
        ran = listen(url)
    assert ran.returncode == 1
    assert complaint in ran.stderr


def test_helm_test_fails_where_nobody_answers() -> None:
    ran = listen("http://127.0.0.1:9")
    assert ran.returncode == 1
    assert "does not speak" in ran.stderr


def test_helm_test_is_a_hook_and_sends_a_key_where_one_is_needed() -> None:
    assert pod()["metadata"]["annotations"]["helm.sh/hook"] == "test"
    (variable,) = (
        one for one in pod("full")["spec"]["containers"][0]["env"] if one["name"] == "QINGSHENG_KEY"
    )
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "caller", "key": "key"}


def notes(*arguments: str) -> str:
    """What Helm prints after an installation."""
    ran = run_helm(4, "install", "qingsheng", str(CHART), "-n", NAMESPACE, "--dry-run=client", *arguments)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.partition("NOTES:\n")[2]


def curl(*arguments: str) -> str:
    (line,) = (line.strip() for line in notes(*arguments).splitlines() if "curl" in line)
    return line


def test_the_request_in_the_notes_works_as_it_stands(service: Service, tmp_path: Path) -> None:
    command = curl().replace(":8080", f":{service.port}")
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    assert (tmp_path / "hello.wav").read_bytes().startswith(b"RIFF")


def test_the_request_in_the_notes_goes_to_the_ingress_where_there_is_one() -> None:
    ingress = "--set=ingress.enabled=true", "--set=ingress.hosts={tts.example.com}"
    assert "curl -fsS http://tts.example.com/tts " in curl(*ingress)
    assert "curl -fsS https://tts.example.com/tts " in curl(*ingress, "--set=ingress.tls[0].secretName=tls")


def test_the_request_in_the_notes_has_a_key_where_one_is_needed() -> None:
    assert '-H "Authorization: Bearer $QINGSHENG_KEY"' in curl("--set=apiKeys.existingSecret.name=keys")


def test_the_notes_warn_of_what_pods_do_not_share() -> None:
    alone = "--set=redis.jobs.mode=none", "--set=worker.enabled=false", "--set=redis.cache.mode=none"
    assert notes(*alone).count("NOTE: without redis") == 2
    assert notes(*alone, "--set=api.replicas=1").count("NOTE:") == 0
