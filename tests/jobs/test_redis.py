"""No job is lost, and none has two results, whatever ends or stands still: real processes, a real Redis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from service.jobs.callback import Callbacks
from service.jobs.job import Item, JobsUnavailableError
from service.jobs.jobs import Jobs
from service.jobs.queue import RedisQueue, asking_client
from service.jobs.redis_store import RedisJobStore
from service.observability.metrics import Metrics
from service.observability.tracing import NoTracer
from service.renderer import Renderer
from tests.jobs.hands import Hands
from tests.jobs.held import DEADLY, Stage
from tests.jobs.workshop import QUICK, Workshop, new_job, redis_workshop
from tests.redis_server import RedisServer
from tests.waiting import until


@pytest.fixture
def workshop(stage: Stage, renderer: Renderer, redis_server: RedisServer) -> Iterator[Workshop]:
    made = redis_workshop(stage, renderer, redis_server.url)
    yield made
    if made.crews:
        made.close()


@pytest.fixture
def hands(redis_server: RedisServer, tmp_path: Path) -> Iterator[Hands]:
    with Hands(redis_server.url, tmp_path) as hired:
        yield hired


class TestWorkers:
    def test_one_that_is_killed_has_its_job_done_by_another(self, workshop: Workshop, hands: Hands) -> None:
        job = new_job("你好")
        hands.hire(2)
        workshop.jobs.submit(job)
        victim, _ = workshop.stage.wait_for(1)
        hands.of(victim).kill()
        heir, _ = workshop.stage.wait_for(2)
        assert heir != victim
        workshop.stage.go()
        state = workshop.when_ended(job.task_id)
        assert (state.status, state.attempts) == ("done", 2)

    def test_one_that_stood_still_spoils_nothing(self, workshop: Workshop, hands: Hands) -> None:
        job = new_job("你好")
        hands.hire(2)
        workshop.jobs.submit(job)
        frozen, _ = workshop.stage.wait_for(1)
        hands.of(frozen).freeze()
        workshop.stage.wait_for(2)
        hands.of(frozen).thaw()
        until(lambda: '"cancelled"' in hands.of(frozen).log)  # it has learnt that it was overtaken
        assert workshop.when(job.task_id, lambda _: True).status == "running"
        workshop.stage.go()
        assert workshop.when_ended(job.task_id).status == "done"
        assert len(workshop.stage.begun()) == 2

    def test_a_job_that_kills_three_ends_as_failed(self, workshop: Workshop, hands: Hands) -> None:
        job = new_job(DEADLY)
        hired = hands.hire(4)
        workshop.jobs.submit(job)
        state = workshop.when_ended(job.task_id)
        assert state.failure is not None
        assert state.failure.code == "worker_lost"
        begun = workshop.stage.begun()
        assert len({pid for pid, _ in begun}) == len(begun) == 3
        survivor = next(hand for hand in hired if hand.pid not in dict(begun))
        assert survivor.end() == 0

    def test_one_that_is_told_to_end_hands_its_job_back(self, workshop: Workshop, hands: Hands) -> None:
        job = new_job("你好")
        hands.hire(1)
        workshop.jobs.submit(job)
        first, _ = workshop.stage.wait_for(1)
        hands.hire(1)
        assert hands.of(first).end() == 0
        second, _ = workshop.stage.wait_for(2)
        assert second != first
        workshop.stage.go()
        assert workshop.when_ended(job.task_id).status == "done"
        outcomes = [json.loads(line).get("outcome") for line in hands.of(first).log.splitlines()]
        assert "handed_back" in outcomes

    def test_nothing_of_a_text_is_in_their_logs(self, workshop: Workshop, hands: Hands) -> None:
        job = new_job("悄悄话")
        (hand,) = hands.hire(1)
        workshop.stage.go()
        workshop.jobs.submit(job)
        workshop.when_ended(job.task_id)
        assert hand.end() == 0
        lines = [json.loads(line) for line in hand.log.splitlines()]
        (told,) = [line for line in lines if line["event"] == "job"]
        assert (told["request_id"], told["outcome"]) == ("asked-by-me", "done")
        assert "悄悄话" not in hand.log


class TestRedis:
    def test_one_that_restarts_loses_no_job(
        self, workshop: Workshop, hands: Hands, redis_server: RedisServer
    ) -> None:
        running, waiting = new_job("你好"), new_job("再见", "回头见")
        hands.hire(1)
        workshop.jobs.submit(running)
        workshop.stage.wait_for(1)
        workshop.jobs.submit(waiting)
        redis_server.kill()
        workshop.stage.go()  # so that a result is there while nobody can take it
        redis_server.start()
        for job in (running, waiting):
            assert workshop.when_ended(job.task_id).status == "done"
            assert workshop.jobs.recordings(job) is not None

    def test_while_it_is_away_asking_says_so_soon(self, redis_server: RedisServer) -> None:
        client = asking_client(redis_server.url)
        store, queue = RedisJobStore(client, 60, QUICK), RedisQueue(client, QUICK)
        metrics = Metrics()
        jobs = Jobs(store, queue, Callbacks((), b""), metrics, NoTracer())

        def reachable() -> float | None:
            jobs.refresh()
            return metrics.registry.get_sample_value("tts_jobs_reachable")

        job = new_job("你好")
        assert reachable() == 1
        redis_server.freeze()
        with pytest.raises(JobsUnavailableError):
            jobs.submit(job)
        redis_server.kill()
        with pytest.raises(JobsUnavailableError):
            jobs.submit(job)
        with pytest.raises(JobsUnavailableError):
            jobs.find(job.task_id)
        assert jobs.sweep() == 0
        assert reachable() == 0
        redis_server.start()
        assert reachable() == 1
        again = new_job("你好")
        jobs.submit(again)
        assert jobs.find(again.task_id) is not None

    def test_when_it_is_full_no_job_is_taken(self, workshop: Workshop, redis_server: RedisServer) -> None:
        redis_server.client().config_set("maxmemory", "1")
        with pytest.raises(JobsUnavailableError):
            workshop.jobs.submit(new_job("你好"))


class TestSweep:
    def test_a_job_without_a_message_is_found(self, workshop: Workshop) -> None:
        job = new_job("你好")
        workshop.store.add(job)  # and then its process ended
        workshop.stage.go()
        workshop.hire()
        until(lambda: workshop.jobs.sweep() or workshop.stage.begun())
        assert workshop.when_ended(job.task_id).status == "done"

    def test_a_job_whose_message_waits_is_left_alone(
        self, workshop: Workshop, redis_server: RedisServer
    ) -> None:
        job = new_job("你好")
        workshop.jobs.submit(job)
        client = redis_server.client()
        until(lambda: overdue(client))
        workshop.jobs.sweep()
        assert not overdue(client)
        assert len(workshop.queue.waiting()) == 1

    def test_a_job_that_is_worked_on_is_left_alone(
        self, workshop: Workshop, redis_server: RedisServer
    ) -> None:
        job = new_job("你好")
        workshop.store.add(job)
        attempt = workshop.store.start(Item(job.task_id, 0))
        assert attempt is not None
        client = redis_server.client()
        until(lambda: overdue(client))
        assert workshop.store.beat(attempt, 0.5)
        assert workshop.store.orphans(tuple) == []

    def test_nothing_is_left_of_expired_jobs(
        self, stage: Stage, renderer: Renderer, redis_server: RedisServer
    ) -> None:
        workshop = redis_workshop(stage, renderer, redis_server.url, seconds=1)
        stage.go()
        workshop.hire()
        job = new_job("你好", "再见")
        workshop.jobs.submit(job)
        workshop.when_ended(job.task_id)
        until(lambda: workshop.jobs.find(job.task_id) is None)
        assert workshop.jobs.recordings(job) is None
        until(workshop.jobs.sweep)
        workshop.close()
        assert redis_server.client().keys("tts:job*") == []


def overdue(client: redis.Redis) -> int:
    now = client.time()[0] * 1000
    return int(client.zcount("tts:jobs:open", 0, now))
