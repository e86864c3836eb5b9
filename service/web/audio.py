"""``GET /audio/<key>``: what ``response: url`` links to."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from service.audio.encode import FORMATS
from service.cache import AudioCache, RestingError, StoreError
from service.recording import Recording
from service.web.errors import RequestError

_KEY = re.compile(r"[0-9a-f]{64}")
_RETRY_AFTER = 1.0  # seconds, where the cache fails for the first time


def audio_blueprint(cache: AudioCache) -> Blueprint:
    """``GET`` and ``HEAD /audio/<key>``, whole or in ranges, from the cache that all replicas share."""
    blueprint = Blueprint("audio", __name__)

    @blueprint.get("/audio/<key>")
    def audio(key: str) -> Response:
        if not _KEY.fullmatch(key):
            abort(404)
        recording, seconds = _kept(cache, key)
        response = Response(recording.audio, mimetype=FORMATS[recording.format])
        response.add_etag()
        response.cache_control.private = True
        response.cache_control.max_age = int(seconds)
        response.cache_control.immutable = True
        return _conditional(response, len(recording.audio))

    return blueprint


def _kept(cache: AudioCache, key: str) -> tuple[Recording, float]:
    try:
        found = cache.get(key)
    except StoreError as error:
        raise RequestError(
            "The store of finished audio does not answer; try again in a moment.",
            "cache_unavailable",
            503,
            retry_after=error.retry_after if isinstance(error, RestingError) else _RETRY_AFTER,
        ) from None
    if found is None:
        raise RequestError(
            "There is no such audio, or its time is over; POST /tts makes it again.", "audio_expired", 404
        )
    return found


def _conditional(response: Response, size: int) -> Response:
    """Answers as the request's conditions and its range ask for."""
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        raise RequestError(
            f"The audio has {size} bytes; the range must be one part within these.",
            "range_not_satisfiable",
            416,
            headers={"Content-Range": f"bytes */{size}"},
        ) from None
    return response
