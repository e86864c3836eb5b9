from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.running import Service, start, stop


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, for what speaks to it as to the one in a cluster."""
    folder = tmp_path_factory.mktemp("service")
    running = start(folder, TTS_CACHE_DIR=str(folder))
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)
