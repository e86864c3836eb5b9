"""GET /metrics: text or OpenMetrics, whichever is asked for."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from service.observability.metrics import Metrics
from service.web.metrics import metrics_blueprint


@pytest.fixture
def metrics() -> Metrics:
    metrics = Metrics()
    metrics.names(["sine"], ["neutral"])
    metrics.requests.labels("/tts", "neutral", "sine", "ok").inc(3)
    metrics.request_seconds.labels("/tts", "short").observe(0.2)
    metrics.model_loaded.set(1)
    return metrics


@pytest.fixture
def client(metrics: Metrics) -> FlaskClient:
    app = Flask("metrics")
    app.register_blueprint(metrics_blueprint(metrics))
    return app.test_client()


def test_a_browser_gets_text(client: FlaskClient) -> None:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    found = {family.name: family for family in read_text(response.text)}
    assert [sample.value for sample in found["tts_requests"].samples] == [3.0]
    assert found["tts_model_loaded"].samples[0].value == 1.0
    assert found["process_resident_memory_bytes"].samples[0].value > 1e6


def test_prometheus_gets_openmetrics(client: FlaskClient) -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    response = client.get("/metrics", headers={"Accept": accept})
    assert response.content_type.startswith("application/openmetrics-text; version=1.0.0")
    families = read_openmetrics(response.text)  # type: ignore[no-untyped-call]
    found = {family.name: family for family in families}
    assert found["tts_request_seconds"].type == "histogram"
    assert found["tts_requests"].samples[0].labels == {
        "route": "/tts",
        "emotion": "neutral",
        "voice": "sine",
        "outcome": "ok",
    }


@pytest.mark.parametrize(
    "accept",
    [
        "text/plain; version=newest",
        "application/openmetrics-text; version=1.x",
        "application/openmetrics-text; version=2.é",
        "application/openmetrics-text; version=",
        "image/png",
        ",;=,",
    ],
)
def test_whatever_is_asked_for_there_are_metrics(client: FlaskClient, accept: str) -> None:
    response = client.get("/metrics", headers={"Accept": accept})
    assert response.status_code == 200
    assert "tts_requests_total{" in response.text


def test_a_scrape_sees_what_was_counted_since_the_last(client: FlaskClient, metrics: Metrics) -> None:
    client.get("/metrics")
    metrics.requests.labels("/tts", "neutral", "sine", "ok").inc()
    assert 'outcome="ok",route="/tts",voice="sine"} 4.0' in client.get("/metrics").text
