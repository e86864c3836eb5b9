"""The janitor goes round, task by task, whatever becomes of one of them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from service.janitor import Janitor, Task, one_at_a_time
from service.observability.metrics import Metrics


class Time:
    """Time that passes when it is waited for, and ends after so many waits."""

    def __init__(self, waits: int) -> None:
        self.left = waits
        self.waited: list[float] = []
        self.ended = threading.Event()

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.left -= 1
        if self.left == 0:
            self.ended.set()
        return self.left <= 0


class Sweeping:
    """A task that always finds the same."""

    def __init__(self, **found: int) -> None:
        self.found = found
        self.rounds = 0

    def __call__(self) -> Mapping[str, int]:
        self.rounds += 1
        return self.found


def failing() -> Mapping[str, int]:
    raise RuntimeError("the disk is gone")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def shown(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def test_it_goes_round_at_once_and_then_every_ten_minutes_or_so(metrics: Metrics) -> None:
    task, time = Sweeping(), Time(5)
    janitor = Janitor({"files": task}, metrics, time.wait)
    janitor.start()
    assert time.ended.wait(10)
    assert task.rounds == 5
    assert all(540 <= seconds <= 660 for seconds in time.waited)
    assert len(set(time.waited)) > 1


def test_what_was_swept_is_counted_by_kind(metrics: Metrics) -> None:
    janitor = Janitor({"files": Sweeping(files=2, bytes=300), "jobs": Sweeping(jobs=1, bytes=50)}, metrics)
    janitor.sweep()
    janitor.sweep()
    text = shown(metrics)
    assert 'tts_swept_total{kind="files"} 4.0' in text
    assert 'tts_swept_total{kind="bytes"} 700.0' in text
    assert 'tts_swept_total{kind="jobs"} 2.0' in text


def test_a_task_that_fails_is_counted_and_hinders_no_other(metrics: Metrics) -> None:
    before, after = Sweeping(files=1), Sweeping(jobs=1)
    tasks: dict[str, Task] = {"files": before, "cache": failing, "jobs": after}
    janitor = Janitor(tasks, metrics)
    janitor.sweep()
    janitor.sweep()
    assert (before.rounds, after.rounds) == (2, 2)
    assert 'tts_sweep_failures_total{task="cache"} 2.0' in shown(metrics)
    assert 'tts_sweep_failures_total{task="jobs"} 0.0' in shown(metrics)


def test_a_janitor_that_is_stopped_begins_no_round(metrics: Metrics) -> None:
    task = Sweeping()
    janitor = Janitor({"files": task}, metrics)
    janitor.stop()
    janitor.start()
    assert task.rounds == 0


def test_a_janitor_does_not_keep_its_process_alive() -> None:
    script = (
        "from service.janitor import Janitor; from service.observability.metrics import Metrics;"
        "Janitor({'files': lambda: {}}, Metrics()).start()"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_while_another_process_is_at_it_a_task_does_nothing(tmp_path: Path) -> None:
    task = Sweeping(files=1)
    alone = one_at_a_time(tmp_path, task)
    script = (
        "import fcntl, os, sys; handle = os.open(sys.argv[1], os.O_RDONLY);"
        "fcntl.flock(handle, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert alone() == {}
        other.kill()
    assert alone() == {"files": 1}
    assert task.rounds == 1


def test_a_task_that_failed_lets_others_at_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="disk"):
        one_at_a_time(tmp_path, failing)()
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(handle)


def test_where_there_is_no_folder_to_lock_the_task_is_done(tmp_path: Path) -> None:
    assert one_at_a_time(tmp_path / "missing", Sweeping(files=1))() == {"files": 1}
