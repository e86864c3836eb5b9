"""Probes and metrics of a process that serves nothing else."""

from __future__ import annotations

import socket
import threading

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from service.parts import Parts
from service.web.errors import register_errors
from service.web.lifecycle import register_lifecycle
from service.web.metrics import metrics_blueprint
from service.web.ops import ops_blueprint


def serve_probes(parts: Parts) -> int:
    """Answers ``/healthz``, ``/livez`` and ``/metrics`` in the background; gives the port.

    That is ``TTS_PORT``, on ``TTS_HOST``. A few scrapes a minute from inside a cluster need no more than
    werkzeug's own server.

    Raises:
        OSError: the port is taken.
    """
    app = Flask("probes", static_folder=None)
    register_lifecycle(app, parts.metrics, parts.tracer)
    register_errors(app)
    app.register_blueprint(ops_blueprint(parts.engine))
    app.register_blueprint(metrics_blueprint(parts.metrics, parts.jobs.refresh))
    with socket.create_server(
        (parts.settings.host, parts.settings.port), family=_family(parts.settings.host)
    ) as listener:
        # By its descriptor: werkzeug itself would end the process where a port is taken.
        server = make_server(
            parts.settings.host,
            parts.settings.port,
            app,
            threaded=True,
            request_handler=_Quiet,
            fd=listener.fileno(),
        )
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
    return server.port


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class _Quiet(WSGIRequestHandler):
    """Leaves the log to the lifecycle."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing."""
