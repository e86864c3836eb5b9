"""A small run of ``bench/jobs.py``: workers are killed at random, and Redis once."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.chaos import Chaos
from tests.jobs.held import Stage
from tests.redis_server import RedisServer


def test_every_job_has_one_result(stage: Stage, redis_server: RedisServer, tmp_path: Path) -> None:
    stage.slow()
    stage.go()
    command = [sys.executable, "-m", "tests.jobs.worker", str(stage.folder)]
    chaos = Chaos(command, redis_server, tmp_path, seed=1)
    texts = [f"这是第{number}句话，说慢一点。" for number in range(12)]
    outcome = chaos.run(texts, workers=2, kills=2)
    assert (outcome.jobs, outcome.results, outcome.doubles, outcome.failed) == (12, 12, 0, 0)
    assert len(stage.begun()) >= 12 + outcome.redeliveries
