"""Alerts with their objectives, and dashboards."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from helm.values.base import Texts, Values
from service.observability.metrics import SECONDS

_LOWEST_OBJECTIVE = 95


def _is_bound(seconds: float) -> float:
    if seconds not in SECONDS:
        raise ValueError(f"must be one of {', '.join(map(str, SECONDS))}: only these are told apart")
    return seconds


Bound = Annotated[float, AfterValidator(_is_bound), Field(json_schema_extra={"enum": list(SECONDS)})]
"""Seconds that the histograms know: no other can be an objective."""

Percent = Annotated[float, Field(ge=_LOWEST_OBJECTIVE, lt=100)]
"""How much of everything must be good. Below 95 % not even a total loss would burn fast enough for a page."""

Share = Annotated[float, Field(gt=0, lt=1)]
"""A part of a whole."""

SpeechRoute = Literal["/tts", "/tts/stream", "/v1/audio/speech"]
"""Routes whose answer ends with the speech."""


class Availability(Values):
    """How many requests for speech must not fail."""

    objective: Percent = Field(
        default=99.9, description="per cent of requests that are answered; refused as busy counts as failed"
    )


class Speed(Values):
    """How many must be done in time."""

    seconds: Bound = Field(description="the time, a bucket bound of the metrics")
    objective: Percent = Field(default=99, description="per cent that must be done in that time")


class Latency(Values):
    """The time to the last byte, by the length of the text."""

    routes: list[SpeechRoute] = Field(
        default=["/tts", "/tts/stream", "/v1/audio/speech"],
        min_length=1,
        description="routes that count; leave those of streams out where clients read as slowly as they play",
    )
    short: Speed = Field(default=Speed(seconds=5), description="texts of up to 20 characters")
    medium: Speed = Field(default=Speed(seconds=30), description="texts of up to 100 characters")
    long: Speed = Field(default=Speed(seconds=120), description="longer texts")


class Slo(Values):
    """What is promised. The defaults leave room for slow nodes; on 2 cores a tenth of that is in reach."""

    availability: Availability = Field(default=Availability(), description="requests that are answered")
    latency: Latency = Field(default=Latency(), description="time to the last byte")
    first_audio: Speed = Field(default=Speed(seconds=5), description="time to the first sound that is made")
    least_errors: int = Field(
        default=10,
        ge=0,
        description="how many must have failed for an alert, so that one failure in a quiet night is none",
    )


class Thresholds(Values):
    """From where on other alerts fire."""

    queue_wait_seconds: float = Field(
        default=5, gt=0, description="seconds that one sentence in ten waits for its turn"
    )
    job_age_seconds: float = Field(default=600, gt=0, description="age of the oldest job that is not begun")
    job_failures: Share = Field(default=0.05, description="share of jobs that fail")
    cache_failures: Share = Field(
        default=0.1, description="share of questions that the cache does not answer"
    )
    memory: Share = Field(default=0.9, description="share of a container's memory limit that is in use")


class PrometheusRule(Values):
    """Recording rules and alerts, for Prometheus Operator."""

    enabled: bool = Field(default=False, description="whether there is a PrometheusRule")
    labels: Texts = Field(default={}, description="labels that Prometheus selects rules by")
    annotations: Texts = Field(default={}, description="annotations")
    runbook_url: str = Field(
        default="docs/runbooks.md",
        pattern=r"^\S+$",
        description="where your people read docs/runbooks.md; alerts link to its sections",
    )
    slo: Slo = Field(default=Slo(), description="service level objectives")
    thresholds: Thresholds = Field(default=Thresholds(), description="from where on other alerts fire")


class Dashboards(Values):
    """Dashboards, for Grafana's sidecar."""

    enabled: bool = Field(default=False, description="whether there is a ConfigMap for each dashboard")
    labels: Texts = Field(
        default={"grafana_dashboard": "1"}, description="labels that the sidecar selects dashboards by"
    )
    annotations: Texts = Field(
        default={"grafana_folder": "Qingsheng"},
        description="annotations, such as the folder that the sidecar puts them into",
    )
