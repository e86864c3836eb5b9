from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from service.kokoro import load_voices
from service.voice import Voice
from tests.redis_server import RedisServer

# The same examples on every run, however slow the machine is.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

MODEL_CACHE = Path(__file__).parent.parent / ".cache" / "voice"


@pytest.fixture(scope="session")
def voices() -> Sequence[Voice]:
    """The embedded voices; the prepared network is kept from run to run."""
    return load_voices(MODEL_CACHE, threads=2)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server for tests that do it no harm."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server
