from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from service.parts import build_voices
from service.settings import Settings
from service.voice import Voice
from tests.redis_server import RedisServer

pytest.register_assert_rewrite("tests.audible", "tests.heard")

# The same examples on every run, however slow the machine is.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def pytest_configure() -> None:
    """Each process that uses OpenMP, as PyTorch does, has one thread.

    Its threads spin while they wait for each other, so on a busy machine two take many times as long as one.
    """
    os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(scope="session")
def voices() -> Sequence[Voice]:
    """The embedded voices."""
    return build_voices(Settings(threads=2))


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server for tests that do it no harm."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server
