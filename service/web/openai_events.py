"""Speech as server-sent events, in OpenAI's words."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Response

from service.web.errors import openai_error

_TOKEN_SECONDS = 0.04  # of speech


def as_events(response: Response, characters: int, told: Mapping[str, Any]) -> Response:
    """Makes a stream of audio into one of events that carry it, with the usage or an error at its end.

    Args:
        response: of ``service.web.stream.streamed``.
        characters: of the text.
        told: the facts of the request; at the stream's end they tell how that came.
    """
    response.response = _events(response.iter_encoded(), characters, told)
    response.mimetype = "text/event-stream"
    return response


def _events(pieces: Iterable[bytes], characters: int, told: Mapping[str, Any]) -> Iterator[str]:
    """Yields the events.

    Raises:
        ConnectionResetError: the client has left.
    """
    try:
        for piece in pieces:
            if piece:
                yield _event("speech.audio.delta", audio=base64.b64encode(piece).decode("ascii"))
    except ConnectionResetError:
        if "code" not in told:
            raise
        message = "The speech broke off before the end of the text."
        yield _event("error", error=openai_error(500, str(told["code"]), message))
        return
    yield _event("speech.audio.done", usage=_usage(characters, told["audio_seconds"]))


def _usage(characters: int, seconds: float) -> dict[str, int]:
    spoken = math.ceil(seconds / _TOKEN_SECONDS)
    return {"input_tokens": characters, "output_tokens": spoken, "total_tokens": characters + spoken}


def _event(kind: str, **members: object) -> str:
    return f"data: {json.dumps({'type': kind, **members})}\n\n"
