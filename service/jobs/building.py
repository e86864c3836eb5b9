"""Puts the parts of jobs together, as the settings say."""

from __future__ import annotations

from service.jobs.callback import Callbacks
from service.jobs.crew import Crew
from service.jobs.jobs import Jobs
from service.jobs.memory import MemoryJobStore
from service.jobs.pulse import Pulse
from service.jobs.queue import JobQueue, LocalQueue, RedisQueue, asking_client, working_client
from service.jobs.redis_store import RedisJobStore
from service.jobs.runner import Runner
from service.jobs.store import JobStore
from service.jobs.tempo import Tempo
from service.observability.metrics import Metrics
from service.observability.tracing import Tracer
from service.renderer import Renderer
from service.settings import MEBIBYTE, Settings

_MEMORY_BYTES = 256 * MEBIBYTE
_THREADS = 2


def build_jobs(settings: Settings, renderer: Renderer, metrics: Metrics, tracer: Tracer) -> Jobs:
    """Jobs for who asks for them. Without ``TTS_JOBS_URL`` this process works on them."""
    if settings.jobs_url:
        return remote_jobs(settings.jobs_url, settings, metrics, tracer)
    callbacks = _callbacks(settings)
    store, queue = MemoryJobStore(settings.job_seconds, _MEMORY_BYTES), LocalQueue()
    crew = build_crew(store, queue, renderer, callbacks, metrics, tracer, Tempo())
    return Jobs(store, queue, callbacks, metrics, tracer, crew)


def remote_jobs(url: str, settings: Settings, metrics: Metrics, tracer: Tracer) -> Jobs:
    """The jobs at ``url``, a Redis, that others work on. What it does not answer soon is given up."""
    client, tempo = asking_client(url), Tempo()
    store = RedisJobStore(client, settings.job_seconds, tempo)
    return Jobs(store, RedisQueue(client, tempo), _callbacks(settings), metrics, tracer)


def build_worker(
    url: str, settings: Settings, renderer: Renderer, metrics: Metrics, tracer: Tracer, tempo: Tempo
) -> tuple[Crew, Jobs]:
    """A crew for the jobs at ``url``, not started yet, and those jobs."""
    client = working_client(url)
    store, queue = RedisJobStore(client, settings.job_seconds, tempo), RedisQueue(client, tempo)
    callbacks = _callbacks(settings)
    crew = build_crew(store, queue, renderer, callbacks, metrics, tracer, tempo)
    return crew, Jobs(store, queue, callbacks, metrics, tracer)


def build_crew(
    store: JobStore,
    queue: JobQueue,
    renderer: Renderer,
    callbacks: Callbacks,
    metrics: Metrics,
    tracer: Tracer,
    tempo: Tempo,
    threads: int = _THREADS,
) -> Crew:
    """Threads that work on what is in the queue, not started yet."""
    pulse = Pulse(store, tempo.pulse)
    runner = Runner(store, queue, renderer, callbacks, metrics, tracer, pulse, tempo.backoff)
    return Crew(queue, runner, pulse, threads, tempo)


def _callbacks(settings: Settings) -> Callbacks:
    secret = settings.callback_secret.get_secret_value() if settings.callback_secret else ""
    return Callbacks(settings.callback_hosts, secret.encode())
