"""Metrics: labels from fixed sets, and the names that dashboards rely on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from service.observability.metrics import Metrics, length_class, outcome


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (200, "ok"),
        (202, "ok"),
        (206, "ok"),
        (304, "ok"),
        (400, "client_error"),
        (404, "client_error"),
        (422, "client_error"),
        (429, "limited"),
        (500, "error"),
        (503, "busy"),
        (504, "error"),
    ],
)
def test_a_status_has_an_outcome(status: int, label: str) -> None:
    assert outcome(status, cancelled=False) == label


def test_whoever_leaves_early_has_cancelled_whatever_the_status_was() -> None:
    assert outcome(200, cancelled=True) == "cancelled"


@pytest.mark.parametrize(
    ("characters", "label"),
    [(0, "short"), (20, "short"), (21, "medium"), (100, "medium"), (101, "long"), (10_000, "long")],
)
def test_a_length_has_a_class(characters: int, label: str) -> None:
    assert length_class(characters) == label


def test_names_that_are_there_become_labels(metrics: Metrics) -> None:
    metrics.names(["sine", "hum"], ["neutral", "happy"])
    assert (metrics.known_voice("hum"), metrics.known_emotion("happy")) == ("hum", "happy")


def test_a_name_that_anybody_may_send_does_not_become_a_label(metrics: Metrics) -> None:
    assert metrics.known_voice("sine") == "other"  # before the voices are loaded
    metrics.names(["sine"], ["neutral"])
    assert {metrics.known_voice(f"voice-{number}") for number in range(1000)} == {"other"}
    assert metrics.known_emotion("furious") == "other"


@pytest.mark.parametrize("name", [None, ""])
def test_no_name_is_an_empty_label(metrics: Metrics, name: str | None) -> None:
    metrics.names(["sine", ""], ["neutral", ""])
    assert (metrics.known_voice(name), metrics.known_emotion(name)) == ("", "")


def test_counters_have_one_series_each_as_with_several_workers(metrics: Metrics) -> None:
    metrics.audio_seconds.inc(2.5)
    text = generate_latest(metrics.shown()).decode()
    assert "tts_audio_seconds_total 2.5" in text
    assert "_created" not in text


def test_rare_counts_are_seen_from_zero_on(metrics: Metrics) -> None:
    text = generate_latest(metrics.shown()).decode()
    for outcome_of_job in ("done", "failed", "cancelled"):
        assert f'tts_jobs_finished_total{{outcome="{outcome_of_job}"}} 0.0' in text
    for result in ("hit", "miss", "shared", "skipped", "error"):
        assert f'tts_cache_requests_total{{result="{result}"}} 0.0' in text
    for kind in ("files", "bytes", "voices", "jobs", "recordings"):
        assert f'tts_swept_total{{kind="{kind}"}} 0.0' in text


def test_buckets_go_from_5_milliseconds_to_2_minutes(metrics: Metrics) -> None:
    metrics.request_seconds.labels("/tts", "short").observe(0.004)
    metrics.request_seconds.labels("/tts", "short").observe(119.0)
    text = generate_latest(metrics.shown()).decode()
    assert 'tts_request_seconds_bucket{le="0.005",length="short",route="/tts"} 1.0' in text
    assert 'tts_request_seconds_bucket{le="60.0",length="short",route="/tts"} 1.0' in text
    assert 'tts_request_seconds_bucket{le="120.0",length="short",route="/tts"} 2.0' in text


def test_the_process_is_seen_by_its_standard_names(metrics: Metrics) -> None:
    text = generate_latest(metrics.shown()).decode()
    for name in (
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_start_time_seconds",
        "process_open_fds",
        "process_max_fds",
    ):
        assert f"\n{name} " in text


def test_every_metric_is_in_the_documentation(metrics: Metrics) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    names = {family.name for family in metrics.registry.collect() if not family.name.startswith("process_")}
    assert len(names) > 15
    assert [name for name in sorted(names) if not re.search(rf"`{name}(_total)?[`{{]", page)] == []
