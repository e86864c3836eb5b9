"""What holds for jobs, whether they are kept in Redis or in memory."""

from __future__ import annotations

import io
import json
import logging
import zipfile

import pytest

from service.jobs.archive import archive
from service.jobs.job import Failure, Item
from service.jobs.jobs import Jobs
from service.observability.tracing import NoTracer
from tests.jobs.held import FAULTY, UNSPEAKABLE
from tests.jobs.workshop import Workshop, new_job
from tests.waiting import until


def finished(workshop: Workshop, outcome: str) -> float | None:
    return workshop.metrics.registry.get_sample_value("tts_jobs_finished_total", {"outcome": outcome})


class TestLife:
    def test_a_job_waits_is_worked_on_and_is_done(self, workshop: Workshop) -> None:
        job = new_job("你好，世界。", format="flac")
        workshop.jobs.submit(job)
        state = workshop.jobs.find(job.task_id)
        assert state is not None
        assert (state.job, state.status, state.progress, state.failure) == (job, "queued", 0.0, None)

        workshop.hire()
        workshop.stage.wait_for(1)
        workshop.when(job.task_id, lambda state: state.status == "running")
        workshop.stage.go()
        state = workshop.when_ended(job.task_id)
        assert (state.status, state.progress, state.attempts) == ("done", 1.0, 1)
        until(lambda: finished(workshop, "done") == 1)

        expected, _ = workshop.renderer.recording(job.asked)
        found = workshop.jobs.recordings(job)
        assert found is not None
        assert [recording.audio for recording in found] == [expected.audio]
        assert found[0].words == expected.words

    def test_progress_tells_how_much_has_been_spoken(self, workshop: Workshop) -> None:
        job = new_job("一二三四五六七八九十。", "好。")
        workshop.jobs.submit(job)
        workshop.hire()
        workshop.stage.go()
        workshop.when_ended(job.task_id)
        workshop.stage.folder.joinpath("go").unlink()
        other = new_job("第一句。第二句话。", "好。")
        workshop.jobs.submit(other)
        state = workshop.when(other.task_id, lambda state: state.progress > 0)
        assert 0 < state.progress < 1

    def test_nobody_knows_an_unknown_job(self, workshop: Workshop) -> None:
        unknown = new_job("你好")
        assert workshop.jobs.find(unknown.task_id) is None
        assert workshop.jobs.recordings(unknown) is None
        assert not workshop.jobs.remove(unknown.task_id)

    def test_it_belongs_to_the_trace_that_it_was_asked_for_in(self, workshop: Workshop) -> None:
        class Tracing(NoTracer):
            def headers(self) -> dict[str, str]:
                return {"traceparent": "the trace"}

        job = new_job("你好")
        Jobs(workshop.store, workshop.queue, workshop.callbacks, workshop.metrics, Tracing()).submit(job)
        attempt = workshop.store.start(Item(job.task_id, 0))
        assert attempt is not None
        assert attempt.job.trace == {"traceparent": "the trace"}

    def test_the_log_has_the_request_but_not_the_text(
        self, workshop: Workshop, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        job = new_job("悄悄话")
        workshop.hire()
        workshop.stage.go()
        workshop.jobs.submit(job)
        workshop.when_ended(job.task_id)

        def lines() -> list[dict[str, object]]:
            told = (record.msg for record in caplog.records)
            return [line for line in told if isinstance(line, dict) and line["event"] == "job"]

        until(lines)
        told = {
            "task_id": job.task_id,
            "request_id": "asked-by-me",
            "part": 0,
            "attempt": 1,
            "outcome": "done",
        }
        assert told.items() <= lines()[0].items()
        assert "悄悄话" not in caplog.text

    def test_the_gauge_counts_jobs_by_status(self, workshop: Workshop) -> None:
        workshop.jobs.submit(new_job("你好"))
        ended = new_job("你好" + UNSPEAKABLE)
        workshop.jobs.submit(ended)
        workshop.jobs.submit(new_job("再见"))
        workshop.hire(threads=2)
        workshop.when_ended(ended.task_id)
        workshop.stage.wait_for(3)
        workshop.jobs.refresh()
        counts = {
            status: workshop.metrics.registry.get_sample_value("tts_jobs", {"status": status})
            for status in ("queued", "running", "done", "failed")
        }
        assert counts == {"queued": 0, "running": 2, "done": 0, "failed": 1}

    def test_a_gauge_tells_the_age_of_the_oldest_job_that_waits(self, workshop: Workshop) -> None:
        def oldest(status: str) -> float:
            workshop.jobs.refresh()
            found = workshop.metrics.registry.get_sample_value("tts_jobs_oldest_seconds", {"status": status})
            assert found is not None
            return found

        assert oldest("queued") == oldest("running") == 0
        workshop.jobs.submit(new_job("你好"))
        until(lambda: oldest("queued") > 0.2)
        before = oldest("queued")
        workshop.jobs.submit(new_job("再见"))
        assert oldest("queued") >= before
        workshop.hire(threads=2)
        workshop.stage.wait_for(2)
        assert oldest("queued") == 0
        until(lambda: oldest("running") > before)
        workshop.stage.go()
        until(lambda: finished(workshop, "done") == 2)
        assert oldest("running") == 0


class TestFailure:
    def test_what_cannot_be_spoken_fails_at_once(self, workshop: Workshop) -> None:
        job = new_job("你好。" + UNSPEAKABLE)
        workshop.stage.go()
        workshop.hire()
        workshop.jobs.submit(job)
        state = workshop.when_ended(job.task_id)
        assert state.failure == Failure("unspeakable", "This voice cannot say that.")
        assert state.attempts == 1
        assert workshop.jobs.recordings(job) is None
        until(lambda: finished(workshop, "failed") == 1)

    def test_a_fault_inside_is_tried_three_times(self, workshop: Workshop) -> None:
        job = new_job(FAULTY)
        workshop.hire()
        workshop.jobs.submit(job)
        state = workshop.when_ended(job.task_id)
        assert state.failure is not None
        assert state.failure.code == "internal_error"
        assert state.attempts == 3
        assert [text for _, text in workshop.stage.begun()] == [FAULTY] * 3

    def test_one_bad_part_fails_the_batch_and_stops_the_rest(self, workshop: Workshop) -> None:
        job = new_job("你好", UNSPEAKABLE)
        workshop.jobs.submit(job)
        workshop.hire()
        assert workshop.when_ended(job.task_id).status == "failed"
        other = new_job("再见")  # for which there is room, as nobody waits for "你好" any more
        workshop.jobs.submit(other)
        workshop.stage.go()
        assert workshop.when_ended(other.task_id).status == "done"


class TestRemoval:
    def test_a_running_job_stops(self, workshop: Workshop) -> None:
        job = new_job("你好")
        workshop.hire(threads=1)
        workshop.jobs.submit(job)
        workshop.stage.wait_for(1)
        assert workshop.jobs.remove(job.task_id)
        assert workshop.jobs.find(job.task_id) is None
        assert finished(workshop, "cancelled") == 1
        other = new_job("再见")  # spoken while nobody has let the first one go on
        workshop.jobs.submit(other)
        assert workshop.stage.wait_for(2)[1] == "再见"

    def test_a_waiting_job_is_never_begun(self, workshop: Workshop) -> None:
        job, other = new_job("你好"), new_job("再见")
        workshop.jobs.submit(job)
        assert workshop.jobs.remove(job.task_id)
        workshop.jobs.submit(other)
        workshop.hire()
        workshop.stage.go()
        workshop.when_ended(other.task_id)
        assert [text for _, text in workshop.stage.begun()] == ["再见"]

    def test_a_done_job_is_forgotten_with_its_results(self, workshop: Workshop) -> None:
        job = new_job("你好")
        workshop.stage.go()
        workshop.hire()
        workshop.jobs.submit(job)
        workshop.when_ended(job.task_id)
        assert workshop.jobs.remove(job.task_id)
        assert workshop.jobs.find(job.task_id) is None
        assert workshop.jobs.recordings(job) is None
        assert not workshop.jobs.remove(job.task_id)
        assert sum(workshop.store.counts().values()) == 0


class TestBatch:
    def test_results_keep_the_order_of_the_texts(self, workshop: Workshop) -> None:
        job = new_job("一二三四五六七八。", "九。", "十。", format="wav")
        workshop.stage.go()
        workshop.hire(threads=3)
        workshop.jobs.submit(job)
        assert workshop.when_ended(job.task_id).status == "done"
        found = workshop.jobs.recordings(job)
        assert found is not None
        with zipfile.ZipFile(io.BytesIO(archive(job, found))) as packed:
            assert packed.namelist() == ["1.wav", "2.wav", "3.wav", "manifest.json"]
            manifest = json.loads(packed.read("manifest.json"))
            for number, text in enumerate(job.texts):
                alone, _ = workshop.renderer.recording(job.part(number))
                assert packed.read(f"{number + 1}.wav") == alone.audio
                part = manifest["parts"][number]
                assert (part["file"], part["text"]) == (f"{number + 1}.wav", text)
                assert part["seconds"] == pytest.approx(alone.seconds, abs=0.001)
                assert [word["text"] for word in part["words"]] == [word.text for word in alone.words]


class TestOneResult:
    """An item has one result, however often its message comes."""

    def test_a_message_that_comes_twice_is_worked_on_once(self, workshop: Workshop) -> None:
        job = new_job("你好")
        workshop.jobs.submit(job)
        workshop.queue.send(Item(job.task_id, 0))
        workshop.queue.send(Item(job.task_id, 0))
        workshop.hire(threads=3)
        workshop.stage.wait_for(1)
        last = new_job("再见")
        workshop.jobs.submit(last)
        workshop.stage.wait_for(2)
        workshop.stage.go()
        assert workshop.when_ended(job.task_id).attempts == 1
        assert [text for _, text in workshop.stage.begun()] == ["你好", "再见"]

    def test_the_first_result_counts(self, workshop: Workshop) -> None:
        job, other = new_job("你好"), new_job("再见")
        workshop.stage.go()
        first, _ = workshop.renderer.recording(job.asked)
        second, _ = workshop.renderer.recording(other.asked)
        workshop.store.add(job)
        attempt = workshop.store.start(Item(job.task_id, 0))
        assert attempt is not None
        assert workshop.store.finish(attempt, first) == "done"
        assert workshop.store.finish(attempt, second) is None
        assert not workshop.store.fail(attempt, Failure("late", "Too late."))
        assert not workshop.store.beat(attempt, 0.5)
        found = workshop.store.recordings(job)
        assert found is not None
        assert found[0].audio == first.audio

    def test_an_attempt_that_was_overtaken_can_only_succeed(self, workshop: Workshop) -> None:
        job = new_job("你好")
        workshop.stage.go()
        recording, _ = workshop.renderer.recording(job.asked)
        workshop.store.add(job)
        item = Item(job.task_id, 0)
        early = workshop.store.start(item)
        assert early is not None
        workshop.store.release(early, counted=False)
        late = workshop.store.start(item)
        assert late is not None
        assert late.token > early.token
        assert late.number == early.number
        assert not workshop.store.fail(early, Failure("early", "Too early."))
        assert not workshop.store.beat(early, 0.5)
        assert workshop.store.beat(late, 0.5)
        assert workshop.store.finish(early, recording) == "done"
        assert not workshop.store.beat(late, 0.5)


def test_a_crew_that_stops_hands_back_what_runs(workshop: Workshop) -> None:
    job = new_job("你好")
    workshop.jobs.submit(job)
    crew = workshop.hire()
    workshop.stage.wait_for(1)
    crew.stop(30.0)
    workshop.crews.clear()
    attempt = workshop.store.start(Item(job.task_id, 0))
    assert attempt is not None
    assert (attempt.number, attempt.token) == (1, 2)
