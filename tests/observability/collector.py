"""A collector of traces: takes what is posted to it, as the OpenTelemetry collector does."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Sent:
    """A span as it arrived, with the resource that it belongs to."""

    span: Any
    resource: dict[str, str]

    @property
    def attributes(self) -> dict[str, object]:
        return {
            entry.key: getattr(entry.value, str(entry.value.WhichOneof("value")))
            for entry in self.span.attributes
        }


@dataclass
class Collector:
    """``with Collector() as collector``: ``url`` is its address, ``spans`` what has arrived, by name."""

    status: int = 200
    asked: threading.Event = field(default_factory=threading.Event)
    paths: set[str] = field(default_factory=set)
    raw: bytes = b""
    spans: dict[str, Sent] = field(default_factory=dict)

    def __enter__(self) -> Collector:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(self.path, body)
                self.send_response(collector.status)
                self.end_headers()
                collector.asked.set()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def take(self, path: str, body: bytes) -> None:
        self.paths.add(path)
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans.update({span.name: Sent(span, told) for span in scope.spans})
