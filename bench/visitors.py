"""Visitors of the web page: browsers with an empty cache that load all of it, at a steady rate."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from types import TracebackType

from bench.clients import Visit, open_loop
from service.webui import PUBLIC

_CLIENTS = 8


class Visitors:
    """Loads the page so many times a second as long as the context lasts.

    A load asks for every file on one connection, one behind the other without waiting, and takes them
    compressed: the least work for who asks, and no less for nginx.

    Attributes:
        loads: how many have been done.
        failed: how many of them were not answered whole.
        seconds: how long it has lasted.
    """

    def __init__(self, port: int, rate: float) -> None:
        """``rate`` is in loads a second."""
        self._port, self._rate = port, rate
        self._requests = _requests(PUBLIC)
        self._over = threading.Event()
        self.loads = self.failed = 0
        self.seconds = 0.0

    def __enter__(self) -> Visitors:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        started = time.perf_counter()
        while not self._over.is_set():
            visits = open_loop(_CLIENTS, 1.0, self._rate, self._load)
            self.loads += len(visits)
            self.failed += sum(visit.status != 200 for visit in visits)
        self.seconds = time.perf_counter() - started

    def _load(self) -> Visit:
        started = time.perf_counter()
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=30) as connection:
                connection.sendall(b"".join(self._requests))
                answers = _read_all(connection)
        except OSError:
            answers = b""
        whole = answers.count(b"HTTP/1.1 200 OK") == len(self._requests)
        return Visit(200 if whole else 0, time.perf_counter() - started, None, 0.0, False)


def _requests(public: Path) -> list[bytes]:
    names = sorted(path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file())
    paths = ["/", *(f"/{name}" for name in names if name != "index.html")]
    last = len(paths) - 1
    return [
        f"GET {path} HTTP/1.1\r\nHost: page\r\nAccept-Encoding: gzip\r\n"
        f"Connection: {'close' if number == last else 'keep-alive'}\r\n\r\n".encode()
        for number, path in enumerate(paths)
    ]


def _read_all(connection: socket.socket) -> bytes:
    parts: list[bytes] = []
    while part := connection.recv(256 * 1024):
        parts.append(part)
    return b"".join(parts)
