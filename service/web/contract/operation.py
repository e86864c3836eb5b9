"""The parts that the description of a route is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel

from service.web.contract.answers import Problem

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Answer:
    """What a route answers when all is well.

    Attributes:
        text: a sentence on what comes.
        json: models of which one describes the body, if that may be JSON.
        media: the other media types that the body may have.
        headers: those that always come, of ``HEADERS``.
        links: OpenAPI's, to what can be asked next.
    """

    text: str
    json: tuple[type[BaseModel], ...] = ()
    media: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True)
class Parameter:
    """A part of the address, or a header.

    Attributes:
        place: ``path``, ``query`` or ``header``.
        schema: in JSON Schema.
    """

    name: str
    place: str
    text: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """A route.

    Attributes:
        path: as OpenAPI writes it.
        summary: what it does, in a few words.
        group: the heading that it stands under.
        answers: by their status, when all is well.
        refusals: codes of errors by their status, without those that any route may answer.
        body: the model that its JSON is validated with.
        bounds: what else holds for the body, as a schema: rules that the model's own cannot tell.
        examples: bodies by name; each can be spoken by every voice.
        error: the shape of its errors.
        key: whether its requests need an API key, where there are any; ``elsewhere`` is in the
            first message of a WebSocket, or a signature in its place.
        unlimited: it counts towards no rate limit.
        crowded: it is refused where the process serves as many requests as it may.
    """

    method: str
    path: str
    summary: str
    group: str
    answers: Mapping[int, Answer]
    refusals: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    body: type[BaseModel] | None = None
    bounds: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    parameters: tuple[Parameter, ...] = ()
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NOTHING)
    error: type[BaseModel] = Problem
    key: Literal["needed", "elsewhere", "none"] = "needed"
    unlimited: bool = False
    crowded: bool = True


TIMEOUT = Parameter(
    "X-Request-Timeout",
    "header",
    "The seconds after which the request is given up with 503; TTS_REQUEST_TIMEOUT is the most.",
    MappingProxyType({"type": "number", "exclusiveMinimum": 0}),
)

HEADERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "X-Request-Id": {
            "description": "The one that was sent, or a new one.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        },
        "X-Audio-Seconds": {
            "description": "How long the audio is, in seconds.",
            "schema": {"type": "number", "minimum": 0},
        },
        "X-Audio-Sample-Rate": {
            "description": "The sample rate in Hz.",
            "schema": {"type": "integer", "enum": [8000, 16000, 24000, 48000]},
        },
        "X-Cache": {
            "description": "Whether the audio was there already.",
            "schema": {"type": "string", "enum": ["hit", "miss"]},
        },
        "Server-Timing": {
            "description": "Milliseconds in total, and for what was not there yet in each stage.",
            "schema": {"type": "string"},
        },
        "Retry-After": {
            "description": "The seconds after which to ask again.",
            "schema": {"type": "integer", "minimum": 1},
        },
        "Location": {"description": "Where the result will be.", "schema": {"type": "string"}},
        "ETag": {"description": "The name of these bytes.", "schema": {"type": "string"}},
        "Accept-Ranges": {"description": "Ranges of bytes may be asked for.", "schema": {"const": "bytes"}},
        "Content-Range": {"description": "Which bytes these are.", "schema": {"type": "string"}},
        "Upgrade": {"description": "The protocol to speak.", "schema": {"const": "websocket"}},
        "WWW-Authenticate": {"description": "How to send a key.", "schema": {"const": "Bearer"}},
        "X-RateLimit-Limit": {"description": "Requests in a period.", "schema": {"type": "integer"}},
        "X-RateLimit-Remaining": {"description": "Requests that are left.", "schema": {"type": "integer"}},
        "X-RateLimit-Reset": {
            "description": "When the next period begins, in seconds since 1970.",
            "schema": {"type": "integer"},
        },
    }
)
"""Headers of answers by name, as OpenAPI describes them."""

COUNTED = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
"""Those of a service with a rate limit."""
