"""The small application with a single place, for gunicorn to serve."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_sock import Sock
from simple_websocket import Server

from service.web.crowd import register_crowd
from service.web.errors import RequestError
from tests.web.small import small_app


def crowded_app(limit: int = 1) -> Flask:
    """Every way in which a request can end: ``/stream``, ``/broken``, ``/refused``, ``/echo`` and more."""
    app = small_app()
    register_crowd(app, limit)
    app.before_request(_refuse)
    app.add_url_rule("/unchanged", "/unchanged", _unchanged)
    app.add_url_rule("/torn", "/torn", _torn)
    sock = Sock(app)
    sock.route("/echo")(_echo)
    sock.route("/echo/broken")(_break)
    return app


def _refuse() -> None:
    if request.path == "/refused":
        raise RequestError("No.", "no", 403)


def _unchanged() -> Response:
    response = Response(b"sound")
    response.set_etag("same")
    response.make_conditional(request)
    return response


class _Torn:
    """A body that fails after its first chunk, and fails again when it is closed."""

    def __init__(self) -> None:
        self._chunks = iter([b"RIFF"])

    def __iter__(self) -> _Torn:
        return self

    def __next__(self) -> bytes:
        for chunk in self._chunks:
            return chunk
        raise RuntimeError("no more sound")

    def close(self) -> None:
        raise RuntimeError("cannot be closed")


def _torn() -> Response:
    return Response(_Torn(), headers={"Content-Length": "100"}, mimetype="audio/pcm")


def _echo(socket: Server) -> None:
    while True:
        socket.send(socket.receive())


def _break(socket: Server) -> None:
    socket.receive()
    raise ZeroDivisionError
