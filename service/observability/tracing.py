"""Traces, when the usual ``OTEL_…`` variables ask for them; otherwise nothing is imported or done."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import Protocol

Attribute = str | int | float | bool

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_OUR_PROTOCOL = "http/protobuf"
_PACKAGES = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")


class TracingError(RuntimeError):
    """Traces are asked for and cannot be sent; the message is one plain sentence."""


class Headers(Protocol):
    """Where a ``traceparent`` may be: a request's headers, or what a job took along."""

    def get(self, key: str, /) -> str | None:
        """The value of a header; None where it is missing."""
        ...


class Span(Protocol):
    """A stretch of work that is being done."""

    def set(self, attributes: Mapping[str, Attribute], /) -> None:
        """Adds what became known; no texts of users."""
        ...

    def fail(self, reason: str, /) -> None:
        """Marks the work as failed, for a reason from a small set: an error's code."""
        ...


class Tracer(Protocol):
    """Measures stretches of work. A span is entered and left by one thread.

    An error that leaves a span marks it by its class alone: its message may quote a text.
    """

    def span(self, name: str, attributes: Mapping[str, Attribute] = ..., /) -> AbstractContextManager[Span]:
        """A part of what this thread is doing."""
        ...

    def server_span(
        self, name: str, headers: Headers, attributes: Mapping[str, Attribute] = ..., /
    ) -> AbstractContextManager[Span]:
        """A request, as a part of the trace that its headers name, if any."""
        ...

    def job_span(
        self, name: str, headers: Headers, attributes: Mapping[str, Attribute] = ..., /
    ) -> AbstractContextManager[Span]:
        """A job, as a part of the trace that it was ordered in."""
        ...

    def headers(self) -> dict[str, str]:
        """What a job takes along, so that it is a part of this thread's trace; empty where there is none."""
        ...

    def close(self) -> None:
        """Sends what is left, and waits for that some seconds at most. Without it, this is done at exit."""
        ...


class NoTracer:
    """A tracer where no traces are wanted."""

    def span(self, _name: str, _attributes: Mapping[str, Attribute] | None = None, /) -> _NoSpan:
        """See ``Tracer``."""
        return _NO_SPAN

    def server_span(
        self, _name: str, _headers: Headers, _attributes: Mapping[str, Attribute] | None = None, /
    ) -> _NoSpan:
        """See ``Tracer``."""
        return _NO_SPAN

    job_span = server_span

    def headers(self) -> dict[str, str]:
        """See ``Tracer``."""
        return {}

    def close(self) -> None:
        """See ``Tracer``."""


class _NoSpan:
    def __enter__(self) -> _NoSpan:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def set(self, _attributes: Mapping[str, Attribute], /) -> None:
        return

    def fail(self, _reason: str, /) -> None:
        return


_NO_SPAN = _NoSpan()  # it holds nothing


def build_tracer() -> Tracer:
    """Makes the tracer that the environment asks for. Call it in the process that serves, behind any fork.

    Raises:
        TracingError: see ``check_tracing``.
    """
    if not _is_wanted():
        return NoTracer()
    check_tracing()
    from service.observability.otel import OtelTracer

    return OtelTracer()


def check_tracing() -> None:
    """Makes sure that the traces that the environment asks for can be sent; imports nothing heavy.

    Raises:
        TracingError: the packages are not installed, or a variable asks for another exporter or protocol.
    """
    if not _is_wanted():
        return
    if (exporter := _variable("OTEL_TRACES_EXPORTER") or "otlp") != "otlp":
        raise TracingError(f"OTEL_TRACES_EXPORTER must be otlp or none, not {exporter!r}.")
    protocol = next(filter(None, map(_variable, _PROTOCOLS)), _OUR_PROTOCOL)
    if protocol != _OUR_PROTOCOL:
        raise TracingError(f"OTEL_EXPORTER_OTLP_PROTOCOL must be {_OUR_PROTOCOL}, not {protocol!r}.")
    if not all(map(_installed, _PACKAGES)):
        raise TracingError(
            "OTEL_… variables ask for traces, but the packages for them are not installed: run "
            "pip install 'qingsheng[tracing]', or set OTEL_SDK_DISABLED=true."
        )


def _is_wanted() -> bool:
    if _variable("OTEL_SDK_DISABLED").lower() == "true":
        return False
    exporter = _variable("OTEL_TRACES_EXPORTER")
    return exporter != "none" if exporter else any(map(_variable, _ENDPOINTS))


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip()


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:
        return False
