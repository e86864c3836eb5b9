"""Jobs in memory are bounded in time and bytes."""

from __future__ import annotations

import pytest

from service.jobs.job import Item, Job, JobsUnavailableError
from service.jobs.memory import MemoryJobStore
from service.recording import Recording
from tests.jobs.workshop import new_job

SECONDS = 100.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def recording(size: int) -> Recording:
    return Recording(bytes(size), "pcm", 24000, 1.0, (), 0.0, 0.0, 0.0)


def done(store: MemoryJobStore, size: int) -> Job:
    job = new_job("你好")
    store.add(job)
    attempt = store.start(Item(job.task_id, 0))
    assert attempt is not None
    assert store.finish(attempt, recording(size)) == "done"
    return job


def test_a_result_lasts_from_when_it_was_there() -> None:
    clock = Clock()
    store = MemoryJobStore(SECONDS, 10**6, clock)
    waiting = new_job("你好")
    store.add(waiting)
    clock.now = SECONDS / 2
    job = done(store, 10)
    clock.now = SECONDS
    assert store.find(waiting.task_id) is None
    assert store.recordings(job) is not None
    clock.now = SECONDS * 1.5
    assert store.recordings(job) is None
    assert store.find(job.task_id) is None


def test_sweeping_removes_what_nobody_asks_for() -> None:
    clock = Clock()
    store = MemoryJobStore(SECONDS, 10**6, clock)
    done(store, 10)
    assert store.expire() == 0
    clock.now = SECONDS
    assert store.expire() == 1
    assert sum(store.counts().values()) == 0


def test_the_oldest_results_make_room() -> None:
    store = MemoryJobStore(SECONDS, 250_000)
    jobs = [done(store, 100_000) for _ in range(3)]
    assert [store.recordings(job) is not None for job in jobs] == [False, True, True]


def test_jobs_that_are_not_done_are_never_dropped_for_new_ones() -> None:
    store = MemoryJobStore(SECONDS, 1000)
    first = new_job("好" * 200)
    store.add(first)
    with pytest.raises(JobsUnavailableError):
        store.add(new_job("好" * 200))
    assert store.find(first.task_id) is not None
