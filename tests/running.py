"""``qingsheng serve`` and ``qingsheng worker`` as a user starts them, on a free port."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120.0  # seconds; how long a slow machine may take to load the voice


@dataclass
class Service:
    """A running ``qingsheng serve`` or ``qingsheng worker``."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self.connection()
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def connection(self) -> http.client.HTTPConnection:
        """A connection to it, which is made with the first request."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log()
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                pass  # it does not listen yet
            time.sleep(0.1)
        raise AssertionError("the service did not become ready")

    def log(self) -> str:
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def told(self) -> str:
        return (self.folder / "stdout").read_text(encoding="utf-8")


def start(folder: Path, command: str = "serve", *options: str, **environment: str) -> Service:
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"TTS_HOST": "127.0.0.1", "TTS_PORT": str(port), **environment}
    with (folder / "stdout").open("w") as stdout, (folder / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", command, *options],
            env=os.environ | settings,
            stdout=stdout,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    return Service(process, port, folder)


def stop(service: Service) -> None:
    if service.process.poll() is None:
        os.killpg(service.process.pid, signal.SIGKILL)
    service.process.wait()
