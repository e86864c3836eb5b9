"""Jobs and a crew that works on them, in the process of the test."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from service.cache.audio import AudioCache
from service.cache.memory_store import MemoryStore
from service.jobs.building import build_crew
from service.jobs.callback import Callbacks
from service.jobs.crew import Crew
from service.jobs.job import Job, JobState
from service.jobs.jobs import Jobs
from service.jobs.memory import MemoryJobStore
from service.jobs.queue import JobQueue, LocalQueue, RedisQueue, working_client
from service.jobs.redis_store import RedisJobStore
from service.jobs.store import JobStore
from service.jobs.tempo import Tempo
from service.observability.metrics import Metrics
from service.observability.tracing import NoTracer
from service.renderer import Renderer
from service.request import SpeechRequest
from service.runtime.gate import Gate
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from service.voice import Voice
from tests.jobs.held import Stage
from tests.redis_server import RedisServer
from tests.waiting import until

QUICK = Tempo(pulse=0.05, lease=1.5, grace=0.5, sweep=0.1, heartbeat=2.0, wake=0.03, backoff=0.05)
"""So that tests need not wait long for what is lost."""


def build_renderer(frontend: FrontEnd, voice: Voice) -> Renderer:
    synthesizer = Synthesizer(frontend, [voice], Gate(4, 1000.0))
    return Renderer(lambda: synthesizer, new_cache(), Metrics())


def new_cache() -> AudioCache:
    return AudioCache(MemoryStore(100_000_000, 3600.0), Metrics())


def outcomes(caplog: pytest.LogCaptureFixture, part: int) -> list[object]:
    """What the log says of the attempts at a part, whichever job it is of."""
    told = (record.msg for record in caplog.records)
    lines = [line for line in told if isinstance(line, dict) and line["event"] == "job"]
    return [line["outcome"] for line in lines if line["part"] == part]


def new_job(*texts: str, batch: bool = False, callback_url: str | None = None, **style: object) -> Job:
    asked = SpeechRequest.model_validate({"text": texts[0], **style})
    return Job(uuid.uuid4().hex, "asked-by-me", texts, asked, batch or len(texts) > 1, callback_url)


@dataclass
class Workshop:
    """Jobs, and whoever works on them here."""

    stage: Stage
    renderer: Renderer
    store: JobStore
    queue: JobQueue
    callbacks: Callbacks = field(default_factory=lambda: Callbacks((), b""))
    metrics: Metrics = field(default_factory=Metrics)
    crews: list[Crew] = field(default_factory=list)

    @property
    def jobs(self) -> Jobs:
        return Jobs(self.store, self.queue, self.callbacks, self.metrics, NoTracer())

    def hire(self, threads: int = 2) -> Crew:
        told = (self.callbacks, self.metrics, NoTracer())
        crew = build_crew(self.store, self.queue, self.renderer, *told, QUICK, threads)
        crew.start()
        self.crews.append(crew)
        return crew

    def close(self) -> None:
        self.stage.go()
        for crew in self.crews:
            crew.stop(10.0)

    def when(self, task_id: str, holds: Callable[[JobState], object]) -> JobState:
        """Waits until that is so of a job."""
        found: list[JobState] = []

        def look() -> bool:
            state = self.jobs.find(task_id)
            if state is not None and holds(state):
                found.append(state)
            return bool(found)

        until(look)
        return found[0]

    def when_ended(self, task_id: str) -> JobState:
        return self.when(task_id, lambda state: state.status in ("done", "failed"))


def local_workshop(stage: Stage, renderer: Renderer) -> Workshop:
    return Workshop(stage, renderer, MemoryJobStore(3600, 1_000_000_000), LocalQueue())


def redis_workshop(stage: Stage, renderer: Renderer, url: str, seconds: int = 3600) -> Workshop:
    client = working_client(url)
    return Workshop(stage, renderer, RedisJobStore(client, seconds, QUICK), RedisQueue(client, QUICK))


def workshop_in(request: pytest.FixtureRequest, stage: Stage, renderer: Renderer) -> Workshop:
    """In ``"memory"`` or in the ``"redis"`` that tests share, as the parameter of the fixture says."""
    if request.param == "memory":
        return local_workshop(stage, renderer)
    server: RedisServer = request.getfixturevalue("shared_redis")
    server.client().flushall()
    return redis_workshop(stage, renderer, server.url)
