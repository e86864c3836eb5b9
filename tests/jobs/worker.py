"""A worker with a held voice, for ``TTS_JOBS_URL``: ``python -m tests.jobs.worker FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from service.jobs.building import build_worker
from service.observability.logs import configure_logging
from service.observability.metrics import Metrics
from service.observability.tracing import NoTracer
from service.settings import Settings
from service.text.frontend import FrontEnd
from service.worker import run_worker
from tests.jobs.held import HeldVoice
from tests.jobs.workshop import QUICK, build_renderer


def main(folder: Path) -> int:
    settings = Settings()
    assert settings.jobs_url is not None
    configure_logging("info")
    renderer = build_renderer(FrontEnd(), HeldVoice(folder))
    crew, jobs = build_worker(settings.jobs_url, settings, renderer, Metrics(), NoTracer(), QUICK)
    print("ready", flush=True)
    return run_worker(crew, jobs, QUICK.sweep)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
