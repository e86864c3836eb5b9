"""Traces are sent where the usual variables ask for them, and cost nothing where they do not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from werkzeug.datastructures import Headers

from service.observability.tracing import NoTracer, Tracer, TracingError, build_tracer, check_tracing
from tests.observability.collector import Collector

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


@pytest.fixture
def tracer(collector: Collector) -> Iterator[Tracer]:
    tracer = build_tracer()
    yield tracer
    tracer.close()


def test_a_request_and_its_parts_are_one_trace(tracer: Tracer, collector: Collector) -> None:
    with tracer.server_span("POST /tts", {}, {"http.request.method": "POST"}) as request:
        with tracer.span("synthesis", {"tts.characters": 12}):
            pass
        request.set({"http.response.status_code": 200})
    tracer.close()
    request_sent, part = collector.spans["POST /tts"], collector.spans["synthesis"]
    assert collector.paths == {"/v1/traces"}
    assert request_sent.span.kind == SentSpan.SPAN_KIND_SERVER
    assert request_sent.attributes == {"http.request.method": "POST", "http.response.status_code": 200}
    assert part.attributes == {"tts.characters": 12}
    assert part.span.parent_span_id == request_sent.span.span_id
    assert part.span.trace_id == request_sent.span.trace_id


def test_a_request_goes_on_the_trace_of_its_caller(tracer: Tracer, collector: Collector) -> None:
    headers = Headers({"Traceparent": TRACEPARENT, "Tracestate": "shop=7"})
    with tracer.server_span("POST /tts", headers):
        pass
    tracer.close()
    sent = collector.spans["POST /tts"].span
    assert (sent.trace_id.hex(), sent.parent_span_id.hex()) == (TRACE, PARENT)
    assert sent.trace_state == "shop=7"


@pytest.mark.parametrize("traceparent", ["", "nonsense", f"00-{'0' * 32}-{PARENT}-01", "00-\x00-é-01"])
def test_a_caller_that_names_no_trace_begins_one(
    tracer: Tracer, collector: Collector, traceparent: str
) -> None:
    with tracer.server_span("POST /tts", {"traceparent": traceparent}):
        pass
    tracer.close()
    sent = collector.spans["POST /tts"].span
    assert sent.parent_span_id == b""
    assert len(sent.trace_id) == 16


def test_a_job_goes_on_the_trace_that_it_was_ordered_in(tracer: Tracer, collector: Collector) -> None:
    with tracer.server_span("POST /tts/async", {"traceparent": TRACEPARENT}):
        taken_along = tracer.headers()
    with tracer.job_span("job", taken_along):
        pass
    tracer.close()
    job, request = collector.spans["job"].span, collector.spans["POST /tts/async"].span
    assert job.trace_id.hex() == TRACE
    assert job.parent_span_id == request.span_id
    assert job.kind == SentSpan.SPAN_KIND_CONSUMER


def test_one_request_does_not_go_on_in_the_next_of_the_same_thread(
    tracer: Tracer, collector: Collector
) -> None:
    with tracer.server_span("first", {}), tracer.server_span("second", {}):
        pass
    assert tracer.headers() == {}
    tracer.close()
    assert collector.spans["second"].span.parent_span_id == b""


def test_an_error_marks_its_span_by_its_class_and_never_by_its_words(
    tracer: Tracer, collector: Collector
) -> None:
    def speak(text: str) -> None:
        with tracer.span("synthesis"):
            raise ValueError(f"no sound for {text}")

    with pytest.raises(ValueError, match="no sound"):
        speak("一个秘密")
    tracer.close()
    sent = collector.spans["synthesis"]
    assert (sent.span.status.code, sent.span.status.message) == (Status.STATUS_CODE_ERROR, "ValueError")
    assert sent.attributes == {"error.type": "ValueError"}
    assert "秘密".encode() not in collector.raw


def test_a_generator_that_is_closed_early_has_not_failed(tracer: Tracer, collector: Collector) -> None:
    def stream() -> Iterator[int]:
        with tracer.span("stream"):
            yield 1
            yield 2

    running = stream()
    next(running)
    running.close()  # type: ignore[attr-defined]
    tracer.close()
    assert collector.spans["stream"].span.status.code == Status.STATUS_CODE_UNSET


def test_a_refusal_marks_its_span(tracer: Tracer, collector: Collector) -> None:
    with tracer.server_span("POST /tts", {}) as request:
        request.fail("busy")
    tracer.close()
    assert collector.spans["POST /tts"].span.status.message == "busy"


@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [
        (None, "", "qingsheng"),
        ("OTEL_SERVICE_NAME", "voice-eu", "voice-eu"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=voice-cn,deployment.environment=test", "voice-cn"),
    ],
)
def test_the_service_is_named_as_the_operator_says(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, variable: str | None, value: str, name: str
) -> None:
    if variable:
        monkeypatch.setenv(variable, value)
    tracer = build_tracer()
    with tracer.span("work"):
        pass
    tracer.close()
    assert collector.spans["work"].resource["service.name"] == name


def test_an_address_for_traces_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{collector.url}/of/traces")
        tracer = build_tracer()
        with tracer.span("work"):
            pass
        tracer.close()
    assert collector.paths == {"/of/traces"}


def test_spans_are_sent_when_the_process_ends_and_also_one_that_was_forked(collector: Collector) -> None:
    script = (
        "import os, sys\n"
        "from service.observability.tracing import build_tracer\n"
        "if os.fork() == 0:\n"
        "    with build_tracer().span('at the end'): pass\n"
        "    sys.exit()\n"
        "os.wait()"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert set(collector.spans) == {"at the end"}


def test_a_collector_that_takes_nothing_is_not_asked_again_at_the_end(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")
    collector.status = 400
    tracer = build_tracer()
    for _ in range(10):  # as many are sent at once
        with tracer.span("refused"):
            pass
    collector.asked.wait()
    with tracer.span("left"):
        pass
    tracer.close()
    assert set(collector.spans) == {"refused"}


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": " "},
        {"OTEL_SERVICE_NAME": "voice"},
        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:9"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_where_no_traces_are_wanted_nothing_is_imported_and_nothing_done(variables: dict[str, str]) -> None:
    script = (
        "import sys\n"
        "from service.observability.tracing import build_tracer\n"
        "tracer = build_tracer()\n"
        "with tracer.server_span('a', {'traceparent': 'x'}) as outer, tracer.span('b', {'c': 1}):\n"
        "    outer.set({'d': 2}), outer.fail('busy')\n"
        "    assert tracer.headers() == {}\n"
        "tracer.close()\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", script], env=os.environ | variables, check=True)


def test_an_error_goes_through_a_span_that_is_not_measured() -> None:
    with pytest.raises(KeyError), NoTracer().span("work"):
        raise KeyError


def test_packages_that_are_missing_are_named_at_the_start() -> None:
    script = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from service.observability.tracing import TracingError, check_tracing\n"
        "try: check_tracing()\n"
        "except TracingError as error: print(error)"
    )
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    said = subprocess.check_output([sys.executable, "-c", script], env=os.environ | variables, text=True)
    assert "pip install 'qingsheng[tracing]'" in said


@pytest.mark.parametrize(
    ("variable", "value"),
    [("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
)
def test_what_cannot_be_sent_that_way_is_refused_at_the_start(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(TracingError, match=f"{variable} must be .*, not '{value}'"):
        check_tracing()
    with pytest.raises(TracingError):
        build_tracer()
