"""What requests lose by a Redis that is slow, or gone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.cache import AudioCache, ClipCache
from service.cache.redis_store import RedisStore
from service.observability.metrics import Metrics
from service.recording import Recording
from tests.redis_server import RedisServer

_REQUESTS = 100
_PACE = 0.02  # seconds from one request to the next
_SENTENCES = 5  # of each request
_DELAYS = (0.005, 0.02, 0.04, 0.5)  # seconds
_PIECE = 65536
_NOTHING = Recording(b"", "wav", 24000, 0.0, (), 0.0, 0.0, 0.0)

Row = tuple[str, str, str, str, str]


def troubles(folder: Path) -> list[Row]:
    """Times what the cache takes of requests that find nothing in it, for each kind of trouble.

    Args:
        folder: for Redis; empty.
    """
    with RedisServer(folder) as redis:
        rows = [_row("well", redis.url)]
        for delay in _DELAYS:
            with slowed(redis.url, delay) as url:
                rows.append(_row(f"answers {delay * 1000:.0f} ms late", url))
        redis.freeze()
        rows.append(_row("frozen", redis.url))
        redis.kill()
        return [*rows, _row("gone", redis.url)]


def _row(name: str, url: str) -> Row:
    store, metrics = RedisStore(url, 60), Metrics()
    cache, clips = AudioCache(store, metrics), ClipCache(store)

    def make() -> Recording:
        for number in range(_SENTENCES):
            clips.get(f"{name} {time.monotonic_ns()} {number}")
        return _NOTHING

    lost = []
    for number in range(_REQUESTS):
        started = time.perf_counter()
        cache.get_or_make(f"{name} {number}", make)
        lost.append(time.perf_counter() - started)
        time.sleep(_PACE)
    store.close()
    skipped = metrics.registry.get_sample_value("tts_cache_requests_total", {"result": "skipped"}) or 0
    return (
        name,
        f"{lost[0] * 1000:.1f} ms",
        f"{max(lost) * 1000:.1f} ms",
        f"{_REQUESTS - skipped:.0f}",
        f"{skipped:.0f}",
    )


@contextmanager
def slowed(url: str, seconds: float) -> Iterator[str]:
    """Gives another address of the server at ``url``, whose answers come so many seconds late."""
    host, port = url.removeprefix("redis://").partition("/")[0].split(":")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = host, int(port)
        threading.Thread(target=_accept, args=(listening, address, seconds), daemon=True).start()
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        listening.shutdown(socket.SHUT_RDWR)  # or accepting would go on


def _accept(listening: socket.socket, address: tuple[str, int], seconds: float) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            server = socket.create_connection(address)
            for source, sink, late in ((client, server, 0.0), (server, client, seconds)):
                threading.Thread(target=_pass_on, args=(source, sink, late), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, late: float) -> None:
    with suppress(OSError), source, sink:
        while piece := source.recv(_PIECE):
            time.sleep(late)
            sink.sendall(piece)
