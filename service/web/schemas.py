"""Reading request bodies: JSON that fits a model, or one sentence that says why not."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from service.web.errors import RequestError

Model = TypeVar("Model", bound=BaseModel)

_SHOWN = 60  # characters of a client's own words that an error message repeats


def read_body(model: type[Model]) -> Model:
    """Reads the body of the request that is being served.

    Raises:
        RequestError: 415; it is not JSON by its own word. 400; it broke off, or see ``parse_body``.
        RequestEntityTooLarge: it is too large.
    """
    if not request.is_json:
        message = "The body must be JSON, sent with Content-Type: application/json."
        raise RequestError(message, "unsupported_media_type", 415)
    return parse_body(_whole_body(), model)


def _whole_body() -> bytes:
    """The body. What the server says of one that it cannot read may quote it, so that is not passed on."""
    try:
        body = request.get_data(cache=False)
        if len(body) == request.max_content_length:
            request.stream.read(1)  # only this tells that a chunked body goes on
    except RequestEntityTooLarge:
        raise
    except Exception:
        message = "The body cannot be read; it broke off, or its chunks are not as HTTP has them."
        raise RequestError(message, "bad_request") from None
    if request.content_length is not None and len(body) < request.content_length:
        message = f"The body broke off after {len(body)} of {request.content_length} bytes."
        raise RequestError(message, "bad_request")
    return body


def parse_body(body: bytes, model: type[Model]) -> Model:
    """Reads a JSON body.

    Raises:
        RequestError: 400; it is not UTF-8, not JSON, not an object, or a field is wrong.
    """
    value = _read_json(body)
    if not isinstance(value, dict):
        raise RequestError('The body must be a JSON object such as {"text": "你好"}.', "invalid_json")
    return validate(value, model)


def validate(fields: dict[str, object], model: type[Model]) -> Model:
    """Makes a request of its fields. A field's description completes the sentence "Field '…' must be".

    Raises:
        RequestError: 400; a field is unknown, missing, of the wrong type or out of range.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise RequestError(_sentence(error, model), "invalid_field") from None


def _read_json(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise RequestError(f"The body is not valid UTF-8 (byte {error.start + 1}).", "invalid_json") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise RequestError(f"The body is not valid JSON ({place}: {error.msg}).", "invalid_json") from None
    except RecursionError:
        raise RequestError("The body is nested too deeply.", "invalid_json") from None
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise RequestError("The body holds a number with too many digits.", "invalid_json") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, of which JSON does not say that its names are distinct and its strings are text."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise RequestError(f"Field {_shown(name)} is given twice.", "invalid_json")
        strings = [name, *(value if isinstance(value, list) else [value])]
        if not all(_is_text(string) for string in strings if isinstance(string, str)):
            message = f"Field {_shown(name)} holds half of a surrogate pair, which is no character."
            raise RequestError(message, "invalid_json")
        members[name] = value
    return members


def _is_text(string: str) -> bool:
    try:
        string.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _no_constant(name: str) -> object:
    raise RequestError(f"The body holds {name}, which is not a JSON number.", "invalid_json")


def _sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """The first fault as one sentence."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if not fault["loc"]:  # a rule about several fields, which says itself what is wrong
        return fault["msg"].removeprefix("Value error, ")
    name = str(fault["loc"][0])
    field = model.model_fields.get(name)
    if field is None:
        return f"Unknown field {_shown(name)}; allowed are {', '.join(model.model_fields)}."
    if fault["type"] == "missing":
        return f"Field '{name}' is missing; it must be {field.description}."
    return f"Field '{name}' must be {field.description}."


def _shown(name: str) -> str:
    """A client's word, fit for a sentence: short and without control characters."""
    return repr(name if len(name) <= _SHOWN else name[:_SHOWN] + "…")
