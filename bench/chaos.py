"""Jobs while their workers are killed: what a run does, and what is counted."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.server import free_port
from service.jobs.building import remote_jobs
from service.jobs.job import Job, JobState
from service.observability.metrics import Metrics
from service.observability.tracing import NoTracer
from service.request import SpeechRequest
from service.settings import Settings
from tests.redis_server import RedisServer

_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        jobs: how many were asked for.
        results: how many have one that can be had.
        doubles: how many results were handed in beyond the first for their job.
        failed: how many ended as failed.
        kills: workers that were killed.
        redeliveries: attempts beyond the first of each job.
        seconds: from the first job to the last result.
    """

    jobs: int
    results: int
    doubles: int
    failed: int
    kills: int
    redeliveries: int
    seconds: float


class Chaos:
    """Workers on a Redis of their own, which are killed at random times and replaced at once."""

    def __init__(self, command: Sequence[str], server: RedisServer, folder: Path, seed: int) -> None:
        """``command`` starts a worker, which finds the address of its Redis in ``TTS_JOBS_URL``."""
        self._command, self._server, self._folder = command, server, folder
        self._random = random.Random(seed)  # noqa: S311
        self._workers: list[subprocess.Popen[bytes]] = []
        self._started = 0
        self._jobs = remote_jobs(server.url, Settings(), Metrics(), NoTracer())

    def run(self, texts: Sequence[str], workers: int, kills: int) -> Outcome:
        """Has each text spoken as a job of its own, and kills a worker so many times on the way.

        Redis is killed and started again once, before the middle one of the kills.
        """
        jobs = [_job(text) for text in texts]
        started = time.monotonic()
        try:
            for _ in range(workers):
                self._hire()
            for job in jobs:
                self._jobs.submit(job)
            killed = self._disturb(jobs, kills)
            states = self._wait(jobs)
        finally:
            for worker in self._workers:
                worker.kill()
                worker.wait()
        return Outcome(
            jobs=len(jobs),
            results=sum(self._jobs.recordings(job) is not None for job in jobs),
            doubles=sum(count - 1 for count in self._done().values()),
            failed=sum(state.status == "failed" for state in states),
            kills=killed,
            redeliveries=sum(max(0, state.attempts - 1) for state in states),
            seconds=time.monotonic() - started,
        )

    def _disturb(self, jobs: Sequence[Job], kills: int) -> int:
        """Kills a worker each time that another random share of the jobs is done, and gives how often."""
        shares = sorted(self._random.randrange(len(jobs)) for _ in range(kills))
        for number, share in enumerate(shares):
            while len(jobs) - self._open(jobs) < share:
                time.sleep(_LOOK_SECONDS)
            time.sleep(self._random.random())
            if number == kills // 2:
                self._server.kill()
                self._server.start()
            if not self._open(jobs):
                return number
            victim = self._random.choice(self._workers)
            victim.kill()
            victim.wait()
            self._workers.remove(victim)
            self._hire()
        return kills

    def _wait(self, jobs: Sequence[Job]) -> list[JobState]:
        while self._open(jobs):
            time.sleep(_LOOK_SECONDS)
        found = [self._jobs.find(job.task_id) for job in jobs]
        return [state for state in found if state is not None]

    def _open(self, jobs: Sequence[Job]) -> int:
        """How many have not ended yet."""
        states = [self._jobs.find(job.task_id) for job in jobs]
        return sum(state is not None and state.status in ("queued", "running") for state in states)

    def _hire(self) -> None:
        place = {"TTS_HOST": "127.0.0.1", "TTS_PORT": str(free_port())}
        own = {"TTS_JOBS_URL": self._server.url, "TTS_LOG_LEVEL": "info", **place}
        with (self._folder / f"worker-{self._started}.log").open("wb") as log:
            worker = subprocess.Popen(self._command, env=os.environ | own, stdout=log, stderr=log)
        self._started += 1
        self._workers.append(worker)

    def _done(self) -> Counter[str]:
        """How many results the workers say they have handed in, by job."""
        lines = (line for log in self._folder.glob("worker-*.log") for line in log.read_text().splitlines())
        told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        ended = [line for line in told if line["event"] == "job" and line["outcome"] == "done"]
        return Counter(line["task_id"] for line in ended)


def _job(text: str) -> Job:
    return Job(uuid.uuid4().hex, uuid.uuid4().hex, (text,), SpeechRequest(text=text))
