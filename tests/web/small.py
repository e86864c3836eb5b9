"""An application with the contract's errors and lifecycle, and a few routes that need no voice."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Response, g, jsonify, request

from service.observability.metrics import Metrics
from service.observability.tracing import NoTracer
from service.web.errors import register_errors
from service.web.lifecycle import register_lifecycle


def small_app() -> Flask:
    """Routes with the addresses of the service's own; what they answer is of no interest."""
    app = Flask("small", static_folder=None)
    register_lifecycle(app, Metrics(), NoTracer())
    register_errors(app)
    for address in ("/healthz", "/livez", "/metrics", "/openapi.json", "/voices", "/audio/<key>", "/tts/ws"):
        app.add_url_rule(
            address, address, lambda **_: jsonify(key=g.get("key_name"), address=request.remote_addr)
        )
    app.add_url_rule("/docs", "/docs", _page)
    app.add_url_rule("/tts", "/tts", _speak, methods=["POST"])
    app.add_url_rule("/v1/audio/speech", "/v1/audio/speech", _speak, methods=["POST"])
    app.add_url_rule("/broken", "/broken", _break)
    app.add_url_rule("/stream", "/stream", lambda: Response(_endless(), mimetype="audio/pcm"))
    return app


def _page() -> Response:
    return Response(
        "<p>", headers={"Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=60"}
    )


def _speak() -> Response:
    return Response(b"RIFF", mimetype="audio/wav")


def _break() -> Response:
    raise ZeroDivisionError


def _endless() -> Iterator[bytes]:
    while True:
        yield bytes(64 * 1024)
