"""How large a request may be, and how long it may take."""

from __future__ import annotations

import math

from flask import request

from service.runtime.patience import Patience
from service.web.errors import RequestError

_ESCAPED_CHARACTER = 12  # bytes of the longest way to write one in JSON: two \uXXXX
_OTHER_FIELDS = 64 * 1024
_LEAST_LIMIT = 2 * 1024 * 1024  # so that a text that is a little too long is told its own limit


def body_limit(max_characters: int) -> int:
    """The bytes that a body may have: enough for any allowed text however it is written."""
    return max(_LEAST_LIMIT, max_characters * _ESCAPED_CHARACTER + _OTHER_FIELDS)


def check_length(characters: int, most: int, whose: str = "Field 'text'") -> None:
    """Refuses a text that is too long; ``whose`` characters they are begins the message.

    Raises:
        RequestError: 400; the message names the limit.
    """
    if characters > most:
        message = f"{whose} has {characters} characters; at most {most} are allowed."
        raise RequestError(message, "text_too_long")


def asked_patience(longest: float) -> Patience:
    """How long the request that is being served may take: ``X-Request-Timeout`` seconds, at most ``longest``.

    A stream that has begun to sound may take the longest time.

    Raises:
        RequestError: 400; the header holds no positive number.
    """
    header = request.headers.get("X-Request-Timeout")
    if header is None:
        return Patience(longest)
    try:
        seconds = float(header)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        message = "The header X-Request-Timeout must be a number of seconds above 0."
        raise RequestError(message, "invalid_header")
    return Patience(min(seconds, longest), most=longest)
