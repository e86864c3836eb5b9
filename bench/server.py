"""A service of one's own to measure, on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

_PROGRAM = Path(sys.executable).with_name("qingsheng")
_PATIENCE = 300.0  # seconds for the slowest start


class Server:
    """``qingsheng serve`` as a context manager: entering waits until it is ready, leaving ends it.

    Attributes:
        port: where it listens.
        startup: seconds from the start of the process until it was ready to speak.
    """

    def __init__(self, cache_dir: Path, **settings: str) -> None:
        """The service keeps converted voices in ``cache_dir``.

        ``settings`` are further ``TTS_…`` variables, named without that beginning.
        """
        self._settings = {"CACHE_DIR": str(cache_dir), "LOG_LEVEL": "error", **settings}
        self.port = free_port()
        self.startup = 0.0

    def __enter__(self) -> Server:
        started = time.perf_counter()
        settings = {"HOST": "127.0.0.1", "PORT": str(self.port), **self._settings}
        own = {f"TTS_{name}": value for name, value in settings.items()}
        self._process = subprocess.Popen([_PROGRAM, "serve"], env=os.environ | own, stdout=subprocess.DEVNULL)
        try:
            while not self._ready():
                self._check(time.perf_counter() - started)
                time.sleep(0.02)
        except BaseException:
            self._end()
            raise
        self.startup = time.perf_counter() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def speak(self, text: str, volume: float = 1.0) -> bool:
        """Asks for a wav, which the caller may time; tells whether it came from the cache.

        Raises:
            RuntimeError: the service answered with an error.
        """
        connection = self._connection()
        body = json.dumps({"text": text, "volume": volume})
        connection.request("POST", "/tts", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status != http.client.OK:
            raise RuntimeError(f"the service answered {response.status}: {answer.decode()}")
        return response.headers["X-Cache"] == "hit"

    def get(self, path: str) -> bytes:
        """Asks for something that is there at any time.

        Raises:
            RuntimeError: the service did not answer 200.
        """
        connection = self._connection()
        connection.request("GET", path)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status != http.client.OK:
            raise RuntimeError(f"the service answered {response.status} to {path}")
        return answer

    def resident(self) -> float:
        """The resident set size (RSS) of its processes in MB, as it says itself."""
        for line in self.get("/metrics").decode().splitlines():
            if line.startswith("process_resident_memory_bytes "):
                return float(line.split()[1]) / 1e6
        raise RuntimeError("/metrics has no process_resident_memory_bytes")

    def _ready(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def _check(self, waited: float) -> None:
        if self._process.poll() is not None:
            raise RuntimeError(f"the service ended with exit status {self._process.returncode}")
        if waited > _PATIENCE:
            raise TimeoutError(f"the service was not ready after {_PATIENCE:.0f} s")

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
