"""The tracer that sends its spans over OTLP; imported only where traces are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span as LibrarySpan
from opentelemetry.trace import SpanKind, Status, StatusCode, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.observability.tracing import Attribute, Headers, Span

_NAME = "qingsheng"
_FIELDS = ("traceparent", "tracestate")
_NONE: Mapping[str, Attribute] = {}


class OtelTracer:
    """See ``Tracer``. Where spans go, and how many, is up to the ``OTEL_…`` variables."""

    def __init__(self) -> None:
        """Starts the thread that sends spans."""
        self._exporter = _Exporter()
        self._provider = TracerProvider(resource=_resource())  # it closes itself at exit
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer(_NAME)
        self._propagator = TraceContextTextMapPropagator()

    def span(self, name: str, attributes: Mapping[str, Attribute] = _NONE, /) -> AbstractContextManager[Span]:
        """See ``Tracer``."""
        return self._opened(name, SpanKind.INTERNAL, None, attributes)

    def server_span(
        self, name: str, headers: Headers, attributes: Mapping[str, Attribute] = _NONE, /
    ) -> AbstractContextManager[Span]:
        """See ``Tracer``."""
        return self._opened(name, SpanKind.SERVER, self._parent(headers), attributes)

    def job_span(
        self, name: str, headers: Headers, attributes: Mapping[str, Attribute] = _NONE, /
    ) -> AbstractContextManager[Span]:
        """See ``Tracer``."""
        return self._opened(name, SpanKind.CONSUMER, self._parent(headers), attributes)

    def headers(self) -> dict[str, str]:
        """See ``Tracer``."""
        carried: dict[str, str] = {}
        self._propagator.inject(carried)
        return carried

    def close(self) -> None:
        """See ``Tracer``."""
        self._exporter.hurry()
        self._provider.shutdown()

    def _parent(self, headers: Headers) -> Context:
        """The context that headers tell of; nothing of what this thread did before."""
        carried = {field: value for field in _FIELDS if (value := headers.get(field))}
        return self._propagator.extract(carried, Context())

    @contextmanager
    def _opened(
        self, name: str, kind: SpanKind, context: Context | None, attributes: Mapping[str, Attribute]
    ) -> Iterator[Span]:
        span = self._tracer.start_span(name, context, kind, attributes)
        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            opened = _OtelSpan(span)
            try:
                yield opened
            except Exception as error:
                opened.fail(type(error).__name__)
                raise


class _OtelSpan:
    def __init__(self, span: LibrarySpan) -> None:
        self._span = span

    def set(self, attributes: Mapping[str, Attribute], /) -> None:
        self._span.set_attributes(attributes)

    def fail(self, reason: str, /) -> None:
        self._span.set_status(Status(StatusCode.ERROR, reason))
        self._span.set_attribute("error.type", reason)


class _Exporter(SpanExporter):
    """Tries no longer, once the process is about to end, where nobody takes the spans."""

    def __init__(self) -> None:
        self._inner = OTLPSpanExporter()
        self._failed = self._hurried = self._ended = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._hurried and self._failed:
            return SpanExportResult.FAILURE
        result = self._inner.export(spans)
        self._failed = result is not SpanExportResult.SUCCESS
        return result

    def hurry(self) -> None:
        self._hurried = True
        if self._failed:
            self.shutdown()

    def shutdown(self) -> None:
        if not self._ended:
            self._ended = True
            self._inner.shutdown()  # type: ignore[no-untyped-call]


def _resource() -> Resource:
    """Who sends: ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES``, or else the project's name."""
    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return resource.merge(Resource({SERVICE_NAME: _NAME}))
    return resource
