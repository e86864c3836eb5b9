"""How many requests a process serves at once.

The places are counted around the whole WSGI application and not in Flask's hooks, which do not see the
end of every answer: under gunicorn a WebSocket ends in an exception, and a response that an error takes
the place of is never closed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, request

from service.web.errors import RequestError
from service.web.ops import PROBES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FULL = "qingsheng.full"
_RETRY_SECONDS = 1.0


def register_crowd(app: Flask, limit: int) -> None:
    """Serves at most ``limit`` requests at once, streams and WebSockets included; more get a 503 at once.

    Probes and metrics are served however many there are.
    """
    app.wsgi_app = Crowd(app.wsgi_app, limit)  # type: ignore[method-assign]

    @app.before_request
    def refuse_if_full() -> None:
        """Refuses in here, where the answer gets the contract's shape and a line in the log."""
        if _FULL in request.environ:
            message = "The service is busy: as many requests as it serves at once are running."
            raise RequestError(message, "busy", 503, retry_after=_RETRY_SECONDS)


class Crowd:
    """WSGI middleware that gives each request a place until its answer's body is closed.

    A request for which there is none goes on with a mark in its environment.
    """

    def __init__(self, app: WSGIApplication, limit: int) -> None:
        """``limit`` is the number of places, 1 or more."""
        self._app = app
        self._places = threading.BoundedSemaphore(limit)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serves a request, or passes it on to be refused."""
        if environ.get("PATH_INFO") in PROBES:
            return self._app(environ, start_response)
        if not self._places.acquire(blocking=False):
            environ[_FULL] = True
            return self._app(environ, start_response)
        try:
            return _Body(self._app(environ, start_response), self._places)
        except BaseException:  # also the StopIteration that a WebSocket ends with under gunicorn
            self._places.release()
            raise


class _Body:
    """An answer's body that gives a place back, once, when it is closed or thrown away."""

    def __init__(self, body: Iterable[bytes], places: threading.BoundedSemaphore) -> None:
        self._body = body
        self._chunks = iter(body)
        self._places = places
        self._closed = False

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._places.release()

    def __del__(self) -> None:
        self.close()
