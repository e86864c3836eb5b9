"""What Prometheus scrapes."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from service.observability.metrics import Metrics

_REFRESH_SECONDS = 0.05  # that a scrape waits; what takes longer is shown by the next one


def metrics_blueprint(metrics: Metrics, refresh: Callable[[], None] = lambda: None) -> Blueprint:
    """``GET /metrics``, as text or as OpenMetrics, whichever ``Accept`` prefers.

    ``refresh`` brings the gauges up to date that have to ask elsewhere.
    """
    blueprint = Blueprint("metrics", __name__)
    registry, refresher = metrics.shown(), _Refresher(refresh)

    @blueprint.get("/metrics")
    def show() -> Response:
        """Answers from what has been counted."""
        refresher.go()
        try:
            return _encoded(registry, request.headers.get("Accept", ""))
        except TypeError:  # it compares versions, and somebody asked for one that is not of numbers
            return _encoded(registry, "")

    return blueprint


class _Refresher:
    """Refreshes beside a scrape, one at a time."""

    def __init__(self, refresh: Callable[[], None]) -> None:
        self._refresh = refresh
        self._busy = threading.Lock()

    def go(self) -> None:
        if self._busy.acquire(blocking=False):
            thread = threading.Thread(target=self._run, name="refresh-metrics", daemon=True)
            thread.start()
            thread.join(_REFRESH_SECONDS)

    def _run(self) -> None:
        try:
            self._refresh()
        finally:
            self._busy.release()


def _encoded(registry: CollectorRegistry, accept: str) -> Response:
    encode, content_type = choose_encoder(accept)
    return Response(encode(registry), content_type=content_type)
