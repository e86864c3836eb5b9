"""Real processes that share a Redis, one of which may die."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from service.cache.audio import AudioCache
from service.cache.redis_store import RedisStore
from service.observability.metrics import Metrics
from tests.cache.speech import never, recording
from tests.redis_server import RedisServer


def replica(url: str, seconds: float, lease_seconds: float) -> subprocess.Popen[str]:
    """Starts a process and waits until it makes the recording."""
    command = [sys.executable, "-m", "tests.cache.replica", url, "key", str(seconds), str(lease_seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "making\n"
    return process


def test_what_another_process_makes_is_waited_for(
    server: RedisServer, redis_store: Callable[..., RedisStore], metrics: Metrics
) -> None:
    with replica(server.url, seconds=0.5, lease_seconds=0.2) as process:
        made, hit = AudioCache(redis_store(), metrics).get_or_make("key", never)
        assert (made.audio, hit) == (b"made elsewhere", True)
        assert process.communicate()[0] == "False made elsewhere\n"


def test_when_it_is_killed_one_of_those_who_wait_takes_over(
    server: RedisServer, redis_store: Callable[..., RedisStore], metrics: Metrics
) -> None:
    caches = [AudioCache(redis_store(), metrics) for _ in range(2)]
    with replica(server.url, seconds=60, lease_seconds=0.5) as process, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(cache.get_or_make, "key", recording) for cache in caches]
        process.kill()
        results = [future.result() for future in waiting]
    assert sorted(hit for _, hit in results) == [False, True]
    assert all(made == recording() for made, _ in results)
