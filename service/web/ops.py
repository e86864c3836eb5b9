"""Probes: is the process alive, and can it speak."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify

from service.web.engine import Engine, NotReadyError

PROBES = frozenset({"/healthz", "/livez", "/metrics"})
"""Who asks there asks often, and gets an answer however much there is to do."""


def ops_blueprint(engine: Engine) -> Blueprint:
    """``GET /healthz`` and ``GET /livez``."""
    blueprint = Blueprint("ops", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        """Readiness: 200 when the voice is loaded and warm, 503 while it loads or the process ends."""
        try:
            synthesizer = engine.synthesizer
        except NotReadyError as error:
            return _unready("failed" if engine.error else "loading", str(error), model_loaded=False)
        if engine.draining:
            return _unready("draining", "The service is about to end.", model_loaded=True)
        depth, seconds = synthesizer.queue
        return jsonify(
            status="ok",
            model_loaded=True,
            voices=list(synthesizer.voices),
            queue_depth=depth,
            queue_seconds=round(seconds, 1),
        )

    @blueprint.get("/livez")
    def livez() -> Response:
        """Liveness: 200 as long as the process answers."""
        return jsonify(status="ok")

    return blueprint


def _unready(status: str, error: str, *, model_loaded: bool) -> Response:
    response = jsonify(
        status=status, model_loaded=model_loaded, error=error, code="not_ready", request_id=g.request_id
    )
    response.status_code = 503
    response.headers["Retry-After"] = str(round(NotReadyError.retry_after))
    return response
