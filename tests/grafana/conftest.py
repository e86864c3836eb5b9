"""A Prometheus that has seen a service under load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import pytest

from tests.grafana.load import Client, write_model
from tests.prometheus_server import PrometheusServer
from tests.redis_server import RedisServer
from tests.running import Service, start, stop
from tests.waiting import until

ROUNDS = (1, 2)
"""So that every counter was seen to grow: a series that has just begun has no rate."""

OBJECTIVES = 5
"""Availability, latency of three lengths, first audio."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    """It has seen everything happen to a service with a worker and Redis, and has evaluated the rules."""
    folder = tmp_path_factory.mktemp("monitored")
    write_model(folder / "model")
    with RedisServer(folder / "redis") as redis:
        environment = {
            "TTS_MODEL": str(folder / "model"),
            "TTS_CACHE_DIR": str(folder),
            "TTS_JOBS_URL": redis.url,
            "TTS_CACHE_URL": redis.url,
        }
        service = start(folder / "service", **environment)
        worker = start(folder / "worker", "worker", **environment)
        jobs = {
            "qingsheng-api": f"127.0.0.1:{service.port}",
            "qingsheng-worker": f"localhost:{worker.port}",
        }
        try:
            with PrometheusServer(folder / "prometheus", jobs) as server:
                service.wait_until_ready()
                worker.wait_until_ready()
                watch(server, service, worker)
                yield server
        finally:
            stop(service)
            stop(worker)


def watch(server: PrometheusServer, service: Service, worker: Service) -> None:
    """Has everything happen while Prometheus looks."""
    client = Client(service)
    for number in ROUNDS:
        client.round(number)
        for process in (service, worker):
            until(partial(seen, server, process, spoken(process)))
    until(lambda: len(server.query("qingsheng:slo_errors:ratio_rate3d")) == OBJECTIVES)
    until(lambda: server.query("ALERTS"))


def spoken(process: Service) -> float:
    """How many texts a process has counted."""
    shown = process.ask("GET", "/metrics")[2].decode()
    (count,) = re.findall(r"^tts_realtime_factor_count (\S+)$", shown, re.MULTILINE)
    return float(count)


def seen(server: PrometheusServer, process: Service, count: float) -> bool:
    """Whether Prometheus knows of so many texts that a process has spoken."""
    found = server.query(f'tts_realtime_factor_count{{instance=~".+:{process.port}"}}')
    return bool(found) and float(found[0]["value"][1]) >= count > 0
