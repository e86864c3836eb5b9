from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Service, start, stop

VOICE = Path(__file__).parent.parent.parent / ".cache" / "voice"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, for what speaks to it as to the one in a cluster."""
    running = start(tmp_path_factory.mktemp("service"), TTS_CACHE_DIR=str(VOICE))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)
