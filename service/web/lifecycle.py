"""What happens around every request: its id, and one log line at the end of its body."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from flask import Flask, Response, g, request

from service.observability.logs import get_logger

_SANE_ID = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,126}[\x21-\x7e])?")
_PROBES = frozenset({"/healthz", "/livez"})


def register_lifecycle(app: Flask) -> None:
    """Gives each request an id, which its response carries, and logs it once."""
    app.before_request(_begin)
    app.after_request(_end)


def note(**facts: object) -> None:
    """Adds to the log line of the request that is being served."""
    g.facts.update(facts)


def _begin() -> None:
    g.started = time.perf_counter()
    g.facts = {}
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if _SANE_ID.fullmatch(sent) else uuid.uuid4().hex


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    line = {
        "request_id": g.request_id,
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        **({"code": g.error_code} if "error_code" in g else {}),
        **g.facts,
    }
    started = g.started
    response.call_on_close(lambda: _log(line, started))  # the context is gone by then
    return response


def _log(line: dict[str, Any], started: float) -> None:
    line["total_ms"] = round((time.perf_counter() - started) * 1000, 1)
    logger = get_logger()
    if line["route"] in _PROBES:
        logger.debug("request", **line)
    elif line["status"] >= 500:
        logger.warning("request", **line)
    else:
        logger.info("request", **line)
