"""Who collects metrics."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Texts, Values

_DURATION = "^([0-9]+(ms|s|m))$"


class ServiceMonitor(Values):
    """A ServiceMonitor for the api and a PodMonitor for the worker, for Prometheus Operator."""

    enabled: bool = Field(default=False, description="whether there are any")
    labels: Texts = Field(default={}, description="labels that Prometheus selects monitors by")
    interval: str = Field(default="15s", pattern=_DURATION, description="time between two scrapes")
    scrape_timeout: str = Field(default="10s", pattern=_DURATION, description="how long a scrape may take")
