"""What is spoken once for many, and what is spoken in the background."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from grafana.board import Row, board
from grafana.panels import NEEDED, chart, number
from grafana.queries import Query, rate, share
from grafana.variables import API, BOTH, WORKER

_KNOWN = f'{API}, result=~"hit|shared"'
_UNANSWERED = f'{API}, result=~"error|skipped"'
_ENDED = f'{BOTH}, outcome=~"done|failed"'
_JOB_ROUTES = f'{API}, route=~"/tts/async|/tts/result/.*"'


def cache_and_jobs() -> Dashboard:
    """The page about Redis and what depends on it."""
    return board(
        "cache-jobs",
        "Cache and jobs",
        "Hits and failures of the cache, waiting and failed jobs, workers, the janitor.",
        [_cache(), _jobs_now(), _jobs(), _janitor()],
    )


def _cache() -> Row:
    return Row(
        "Cache",
        [
            chart(
                "Hits",
                "Share of questions whose audio was there, or was just being made for somebody else.",
                "percentunit",
                [Query(share("tts_cache_requests_total", _KNOWN, API), "hits")],
            ),
            chart(
                "Questions by result",
                "Shared ones waited for another caller's; skipped ones came while the cache rested.",
                "reqps",
                [Query(rate("tts_cache_requests_total", API, "result"), "{{result}}")],
                stacked=True,
            ),
            chart(
                "Without an answer",
                "Share of questions that the cache did not answer. All of these texts are spoken anew.",
                "percentunit",
                [Query(share("tts_cache_requests_total", _UNANSWERED, API), "unanswered")],
                limits=[(0.1, "red")],
            ),
        ],
    )


def _jobs_now() -> Row:
    return Row(
        "Jobs now",
        [
            number(
                "Queued",
                "Jobs that no worker has begun.",
                "none",
                Query(f'max(tts_jobs{{{BOTH}, status="queued"}})', "queued"),
            ),
            number(
                "Running",
                "Jobs that are being spoken.",
                "none",
                Query(f'max(tts_jobs{{{BOTH}, status="running"}})', "running"),
            ),
            number(
                "Oldest in the queue",
                "How long ago the oldest job that nobody has begun was asked for.",
                "s",
                Query(f'max(tts_jobs_oldest_seconds{{{BOTH}, status="queued"}})', "age"),
                limits=[(300, "orange"), (600, "red")],
            ),
            number(
                "Failed",
                "Share of the jobs that end now.",
                "percentunit",
                Query(share("tts_jobs_finished_total", f'{BOTH}, outcome="failed"', _ENDED), "failed"),
                limits=[(0.05, "red")],
                decimals=1,
            ),
            number(
                "Reachable",
                "Pods that can look jobs up; what the others tell of jobs is old.",
                "none",
                Query(f"sum(tts_jobs_reachable{{{BOTH}}})", "pods"),
                limits=NEEDED,
            ),
            number(
                "Ready workers",
                "Workers that have their voices loaded.",
                "none",
                Query(f"sum(tts_model_loaded{{{WORKER}}})", "workers"),
                limits=NEEDED,
            ),
        ],
    )


def _jobs() -> Row:
    return Row(
        "Jobs",
        [
            chart(
                "Jobs by status",
                "As the Redis of the jobs has them; done and failed ones are kept for TTS_JOB_SECONDS.",
                "none",
                [Query(f"max by (status) (tts_jobs{{{BOTH}}})", "{{status}}")],
            ),
            chart(
                "Age of the oldest",
                "How long ago the oldest job was asked for that is queued, or running.",
                "s",
                [Query(f"max by (status) (tts_jobs_oldest_seconds{{{BOTH}}})", "{{status}}")],
            ),
            chart(
                "Ended jobs",
                "Jobs a second, by how they ended.",
                "cps",
                [Query(rate("tts_jobs_finished_total", BOTH, "outcome"), "{{outcome}}")],
                stacked=True,
            ),
            chart(
                "Requests about jobs",
                "Jobs that were asked for, and questions after them.",
                "reqps",
                [Query(rate("tts_requests_total", _JOB_ROUTES, "route, outcome"), "{{route}} {{outcome}}")],
                width=12,
                stacked=True,
            ),
            chart(
                "Speech of the workers",
                "Seconds of speech a second, by pod.",
                "none",
                [Query(rate("tts_audio_seconds_total", WORKER, "pod"), "{{pod}}")],
                width=12,
                stacked=True,
            ),
        ],
    )


def _janitor() -> Row:
    return Row(
        "Janitor",
        [
            chart(
                "Removed",
                "Files, voices, jobs and recordings that were too old, in the last hour.",
                "none",
                [
                    Query(
                        f'sum by (kind) (increase(tts_swept_total{{{BOTH}, kind!="bytes"}}[1h]))', "{{kind}}"
                    )
                ],
                width=12,
            ),
            chart(
                "Failures",
                "Tasks that broke off, in the last hour; each is tried again after ten minutes.",
                "none",
                [Query(f"sum by (task) (increase(tts_sweep_failures_total{{{BOTH}}}[1h]))", "{{task}}")],
                width=12,
                limits=[(3, "red")],
            ),
        ],
    )
