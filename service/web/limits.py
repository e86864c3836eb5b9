"""How large a request may be."""

from __future__ import annotations

from service.web.errors import RequestError

_ESCAPED_CHARACTER = 12  # bytes of the longest way to write one in JSON: two \uXXXX
_OTHER_FIELDS = 64 * 1024
_LEAST_LIMIT = 2 * 1024 * 1024  # so that a text that is a little too long is told its own limit


def body_limit(max_characters: int) -> int:
    """The bytes that a body may have: enough for any allowed text however it is written."""
    return max(_LEAST_LIMIT, max_characters * _ESCAPED_CHARACTER + _OTHER_FIELDS)


def check_length(text: str, max_characters: int) -> None:
    """Refuses a text that is too long.

    Raises:
        RequestError: 400; the message names the limit.
    """
    if len(text) > max_characters:
        message = f"Field 'text' has {len(text)} characters; at most {max_characters} are allowed."
        raise RequestError(message, "text_too_long")
