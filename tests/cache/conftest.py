from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from service.cache.audio import AudioCache
from service.cache.memory_store import MemoryStore
from service.cache.redis_store import RedisStore
from service.cache.store import Store
from service.observability.metrics import Metrics
from tests.redis_server import RedisServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as running:
        yield running


@pytest.fixture
def redis_store(server: RedisServer) -> Iterator[Callable[..., RedisStore]]:
    """Makes one more replica's way to the same Redis."""
    with ExitStack() as stack:

        def new(seconds: float = 60, lease_seconds: float = 10, answer_seconds: float = 1) -> RedisStore:
            store = RedisStore(server.url, seconds, lease_seconds, answer_seconds)
            return stack.enter_context(closing(store))

        yield new


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore(100_000, seconds=60)
    made: Store = request.getfixturevalue("redis_store")()
    return made


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def cache(store: Store, metrics: Metrics) -> AudioCache:
    return AudioCache(store, metrics)


@pytest.fixture
def counted(metrics: Metrics) -> Callable[[], dict[str, float]]:
    """How many questions there were, by what became of them."""

    def count() -> dict[str, float]:
        (family,) = metrics.cache_requests.collect()
        totals = (sample for sample in family.samples if sample.name.endswith("_total"))
        return {sample.labels["result"]: sample.value for sample in totals if sample.value}

    return count
