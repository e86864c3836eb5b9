from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.parts import Parts, build_parts
from service.runtime.gate import Gate
from service.settings import Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from tests.web.sine import SineVoice


@pytest.fixture(scope="session")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path, max_characters=500)


@pytest.fixture
def voice() -> SineVoice:
    return SineVoice("sine")


@pytest.fixture
def synthesizer(frontend: FrontEnd, voice: SineVoice, settings: Settings) -> Synthesizer:
    voices = [voice, SineVoice("hum", pitch=110.0)]
    return Synthesizer(frontend, voices, Gate(1, settings.queue_seconds))


def ready(settings: Settings, synthesizer: Synthesizer) -> Parts:
    """The parts of a service whose voices are loaded."""
    parts = build_parts(settings)
    parts.engine.hold(synthesizer)
    return parts


@pytest.fixture
def parts(settings: Settings, synthesizer: Synthesizer) -> Parts:
    return ready(settings, synthesizer)


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def new_app(synthesizer: Synthesizer, settings: Settings) -> Callable[..., Flask]:
    """Makes another application with some settings changed."""

    def new(**changes: object) -> Flask:
        return create_app(ready(settings.model_copy(update=changes), synthesizer))

    return new
