"""What happens around every request: its id, and at the end of its body one log line and the metrics."""

from __future__ import annotations

import re
import time
import uuid
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, request

from service.observability.logs import get_logger
from service.observability.metrics import Metrics, length_class, outcome
from service.observability.tracing import Tracer
from service.web.ops import PROBES

_SANE_ID = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,126}[\x21-\x7e])?")


def register_lifecycle(app: Flask, metrics: Metrics, tracer: Tracer) -> None:
    """Gives each request an id, which its response carries, and logs, counts and traces it once."""
    app.before_request(partial(_begin, tracer))
    app.after_request(partial(_end, metrics))


def facts() -> dict[str, Any]:
    """The facts of the request that is being served; a stream may add to them as long as it runs."""
    kept: dict[str, Any] = g.facts
    return kept


def note(**facts: object) -> None:
    """Adds to the log line of the request that is being served."""
    g.facts.update(facts)


def _begin(tracer: Tracer) -> None:
    g.started = time.perf_counter()
    g.facts = {}
    g.tracing = ExitStack()
    if _route() not in PROBES:
        name = f"{request.method} {_route() or 'unknown'}"
        g.span = g.tracing.enter_context(tracer.server_span(name, request.headers))
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if _SANE_ID.fullmatch(sent) else uuid.uuid4().hex


def _end(metrics: Metrics, response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    line = {
        "request_id": g.request_id,
        "method": request.method,
        "route": _route(),
        "status": response.status_code,
        **({"code": g.error_code} if "error_code" in g else {}),
        **({"key": g.key_name} if "key_name" in g else {}),
    }
    if "span" in g and response.status_code >= 500:
        g.span.fail(str(g.get("error_code")))
    ending = _Ending(metrics, g.tracing, line, g.facts, g.started)
    if "websocket" in g:  # it has ended; what stands for its response is not closed by every server
        line["status"] = HTTPStatus.SWITCHING_PROTOCOLS.value
        ending.reached()
    else:
        response.call_on_close(ending.reached)  # the context is gone by then
    return response


def _route() -> str | None:
    return request.url_rule.rule if request.url_rule else None


class _Ending:
    """What is known of a request when the last byte of its answer has gone.

    Streams add to the facts while they run: ``cancelled`` where the client did not wait, ``code`` where they
    broke off.
    """

    def __init__(
        self,
        metrics: Metrics,
        tracing: ExitStack,
        line: dict[str, Any],
        facts: dict[str, Any],
        started: float,
    ) -> None:
        self._metrics, self._tracing = metrics, tracing
        self._line, self._facts, self._started = line, facts, started

    def reached(self) -> None:
        self._tracing.close()
        seconds = time.perf_counter() - self._started
        self._count(seconds)
        self._log({**self._line, **self._facts, "total_ms": round(seconds * 1000, 1)})

    def _count(self, seconds: float) -> None:
        route, facts, metrics = self._line["route"] or "", self._facts, self._metrics
        if route in PROBES:
            return
        metrics.requests.labels(
            route,
            metrics.known_emotion(facts.get("emotion")),
            metrics.known_voice(facts.get("voice")),
            outcome(500 if "code" in facts else self._line["status"], bool(facts.get("cancelled"))),
        ).inc()
        characters = facts.get("characters")
        length = "" if characters is None else length_class(characters)
        metrics.request_seconds.labels(route, length).observe(seconds)
        if characters is not None:
            metrics.text_characters.observe(characters)

    def _log(self, line: dict[str, Any]) -> None:
        logger = get_logger()
        if line["route"] in PROBES:
            logger.debug("request", **line)
        elif line["status"] >= 500:
            logger.warning("request", **line)
        else:
            logger.info("request", **line)
