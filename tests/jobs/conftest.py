from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.renderer import Renderer
from service.text.frontend import FrontEnd
from tests.jobs.held import HeldVoice, Stage
from tests.jobs.workshop import Workshop, build_renderer, workshop_in


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture(scope="session")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture
def renderer(stage: Stage, frontend: FrontEnd) -> Renderer:
    return build_renderer(frontend, HeldVoice(stage.folder))


@pytest.fixture(params=["memory", "redis"])
def workshop(request: pytest.FixtureRequest, stage: Stage, renderer: Renderer) -> Iterator[Workshop]:
    made = workshop_in(request, stage, renderer)
    yield made
    made.close()
