"""A mix of often and seldom wanted texts, asked of two services that share a Redis."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from bench.clients import Texts
from bench.lines import symbol_lines
from bench.make_voice import NAME, make_voice
from bench.server import Server
from bench.voice_sizes import AcousticSizes, VocoderSizes, VoiceSizes
from service.models.layout import ModelFolder
from service.models.reader import read_voice
from service.runtime.export.voice import export_voice
from service.runtime.exported import write_exported
from tests.redis_server import RedisServer

REQUESTS = 1000
TEXTS = 100

_CHARACTERS = 20
_CLIENTS = 4
_SERVICES = 2
_QUIET = 200  # hits when there is nothing else to do
_SMALL = VoiceSizes(
    acoustic=AcousticSizes(
        encoder_num_layers=2, encoder_ffn_inner_dim=128, decoder_num_layers=2, decoder_ffn_inner_dim=128
    ),
    vocoder=VocoderSizes(channels=32),
)

Answer = tuple[str, bool, float]
"""A text, whether it was there already, and the seconds it took."""

Row = tuple[str, str]


def mix(folder: Path) -> list[Row]:
    """Asks ``REQUESTS`` times for one of ``TEXTS`` texts, the n-th of them 1/n times as often as the first.

    A small voice speaks, so the cache has little time for its work.

    Args:
        folder: for the voice and for Redis; empty.

    Raises:
        RuntimeError: a service answered with an error.
    """
    model = _voice(folder)
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(folder / "redis", "--maxmemory", "256mb"))
        settings = {"MODEL": str(model), "CACHE_URL": redis.url}
        services = [Server(folder / "cache", **settings) for _ in range(_SERVICES)]
        ports = [stack.enter_context(service).port for service in services]
        wanted = _wanted()
        started = time.perf_counter()
        answers = _ask(ports, wanted)
        seconds = time.perf_counter() - started
        quiet = [answer for answer in _ask(ports[:1], wanted[:1] * _QUIET, clients=1) if answer[1]]
    return list(_rows(answers, seconds, quiet))


def _voice(folder: Path) -> Path:
    make_voice(folder / "model", _SMALL, 0, symbol_lines(20, 4))
    model, exported = ModelFolder(folder / "model"), folder / "exported"
    exported.mkdir()
    write_exported([export_voice(read_voice(model, NAME))], exported)
    return exported


def _wanted() -> list[str]:
    texts = Texts(_CHARACTERS)
    often = 1 / np.arange(1, TEXTS + 1)
    chosen = np.random.default_rng(0).choice(TEXTS, REQUESTS, p=often / often.sum())
    given = [texts.next() for _ in range(TEXTS)]
    return [given[number] for number in chosen]


def _ask(ports: Sequence[int], wanted: Sequence[str], clients: int = _CLIENTS) -> list[Answer]:
    """Has clients ask for what is wanted, each of them one service after the other."""
    waiting, lock = iter(wanted), threading.Lock()

    def client(number: int) -> list[Answer]:
        visitor = _Visitor(ports[number % len(ports)])
        answers: list[Answer] = []
        while True:
            with lock:
                text = next(waiting, None)
            if text is None:
                return answers
            answers.append(visitor.ask(text))

    with ThreadPoolExecutor(clients) as pool:
        return [answer for answers in pool.map(client, range(clients)) for answer in answers]


class _Visitor:
    """A client that keeps its connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, text: str) -> Answer:
        started = time.perf_counter()
        body = json.dumps({"text": text})
        self._connection.request("POST", "/tts", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        audio = response.read()
        seconds = time.perf_counter() - started
        if response.status != http.client.OK:
            raise RuntimeError(f"the service answered {response.status}: {audio.decode()}")
        return text, response.headers["X-Cache"] == "hit", seconds


def _rows(answers: Sequence[Answer], seconds: float, quiet: Sequence[Answer]) -> Iterator[Row]:
    different = len({text for text, _, _ in answers})
    made = sum(not hit for _, hit, _ in answers)
    hits = [seconds for _, hit, seconds in answers if hit]
    misses = [seconds for _, hit, seconds in answers if not hit]
    yield "requests, different texts", f"{len(answers)}, {different}"
    yield "texts synthesised", f"{made}"
    yield "hits, at most possible", f"{len(hits) / len(answers):.1%}, {1 - different / len(answers):.1%}"
    yield "requests a second", f"{len(answers) / seconds:.0f}"
    yield "a miss, p50", _milliseconds(misses, 50)
    yield "a hit in the mix, p50, p95", f"{_milliseconds(hits, 50)}, {_milliseconds(hits, 95)}"
    alone = [seconds for _, _, seconds in quiet]
    yield "a hit alone, p50, p95", f"{_milliseconds(alone, 50)}, {_milliseconds(alone, 95)}"


def _milliseconds(seconds: Sequence[float], percentile: float) -> str:
    return f"{np.percentile(seconds, percentile) * 1000:.1f} ms"
