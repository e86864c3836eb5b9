"""What ``qingsheng worker`` does: works on jobs until it is told to stop."""

from __future__ import annotations

import signal
import threading
from queue import SimpleQueue
from types import FrameType

from service.jobs.building import build_worker
from service.jobs.crew import Crew
from service.jobs.jobs import Jobs
from service.jobs.tempo import Tempo
from service.observability.logs import get_logger
from service.parts import Parts
from service.web.probes import serve_probes

_GRACE_SECONDS = 20.0


def work(parts: Parts, url: str) -> int:
    """Loads the voices and works on the jobs at ``url``, a Redis; gives the exit status of ``run_worker``.

    Meanwhile it answers probes.

    Raises:
        OSError: the port for the probes is taken.
        Exception: whatever made loading fail.
    """
    try:
        serve_probes(parts)
    except OSError as taken:
        settings = parts.settings
        message = "TTS_PORT must be a port that probes and metrics can be served on"
        raise OSError(f"{message}; {settings.port} is not: {taken.strerror}.") from taken
    parts.janitor.start()
    loaded: SimpleQueue[Exception | None] = SimpleQueue()
    parts.engine.start(loaded.put)
    if error := loaded.get():
        raise error
    tempo = Tempo()
    crew, jobs = build_worker(url, parts.settings, parts.renderer, parts.metrics, parts.tracer, tempo)
    return run_worker(crew, jobs, tempo.sweep)


def run_worker(crew: Crew, jobs: Jobs, sweep_seconds: float) -> int:
    """Works until SIGTERM or SIGINT, then hands back what runs; gives the exit status.

    That is 0, or 1 where some of the crew has died and only another process can go on. Call it in the
    main thread.
    """
    stopping = threading.Event()

    def stop(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001  as signal wants it
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    crew.start()
    get_logger().info("worker_started")
    while not stopping.wait(sweep_seconds):
        jobs.sweep()
        if not crew.complete:
            get_logger().error("worker_incomplete")
            return 1
    crew.stop(_GRACE_SECONDS)
    get_logger().info("worker_stopped")
    return 0
