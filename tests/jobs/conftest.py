from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.renderer import Renderer
from service.text.frontend import FrontEnd
from tests.jobs.held import HeldVoice, Stage
from tests.jobs.workshop import Workshop, build_renderer, local_workshop, redis_workshop
from tests.redis_server import RedisServer


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture(scope="session")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture
def renderer(stage: Stage, frontend: FrontEnd) -> Renderer:
    return build_renderer(frontend, HeldVoice(stage.folder))


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server for tests that do it no harm."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
def workshop(request: pytest.FixtureRequest, stage: Stage, renderer: Renderer) -> Iterator[Workshop]:
    if request.param == "memory":
        made = local_workshop(stage, renderer)
    else:
        server = request.getfixturevalue("shared_redis")
        server.client().flushall()
        made = redis_workshop(stage, renderer, server.url)
    yield made
    made.close()
