"""The OpenAPI document: the operations, and the models that requests are validated with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from service.settings import Settings
from service.web.contract import jobs, openai, service, speech
from service.web.contract.answers import OpenAIProblem
from service.web.contract.operation import COUNTED, HEADERS, Answer, Operation, Parameter
from service.web.contract.schemas import ref, schemas

OPERATIONS: tuple[Operation, ...] = (
    *speech.OPERATIONS,
    *jobs.OPERATIONS,
    *openai.OPERATIONS,
    *service.OPERATIONS,
)
"""Every route."""

_Json = dict[str, Any]

_KEYS: _Json = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_ABOUT = (
    "Mandarin speech with emotion. Bodies are JSON in UTF-8, and unknown fields are refused. "
    "Every answer carries X-Request-Id, the one that was sent or a new one."
)
_REFUSALS_HEADERS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        401: ("WWW-Authenticate",),
        416: ("Content-Range",),
        426: ("Upgrade",),
        429: ("Retry-After",),
        503: ("Retry-After",),
    }
)


def openapi_document(settings: Settings) -> dict[str, Any]:
    """The contract of a service with these settings, as OpenAPI 3.1 in JSON."""
    paths: dict[str, _Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _Described(
            operation, settings
        ).json()
    components: _Json = {
        "schemas": schemas(OPERATIONS, settings.max_characters),
        "headers": {name: {**header, "required": name not in COUNTED} for name, header in HEADERS.items()},
    }
    if settings.api_keys:
        components["securitySchemes"] = _KEYS
    return {
        "openapi": "3.1.0",
        "info": {"title": "Qingsheng", "version": version("qingsheng"), "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": components,
    }


class _Described:
    """An operation in a service with given settings."""

    def __init__(self, operation: Operation, settings: Settings) -> None:
        self._operation = operation
        self._key = operation.key if settings.api_keys else "none"
        self._limited = settings.rate_limit is not None and not operation.unlimited

    def json(self) -> _Json:
        """OpenAPI's Operation Object."""
        operation = self._operation
        described: _Json = {
            "operationId": "_".join([operation.method.lower(), *re.findall(r"\w+", operation.path)]),
            "summary": operation.summary,
            "tags": [operation.group],
        }
        if operation.parameters:
            described["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
        if operation.body:
            described["requestBody"] = _body(operation.body, operation.bounds, operation.examples)
        if self._key != "none":
            described["security"] = [{name: []} for name in _KEYS] + (
                [{}] if self._key == "elsewhere" else []
            )
        answers = {str(status): self._answer(answer) for status, answer in operation.answers.items()}
        refusals = {str(status): self._refusal(status, codes) for status, codes in self._refusals()}
        return {**described, "responses": {**answers, **refusals}}

    def _refusals(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """All codes of errors by status, with those that the settings bring."""
        codes = dict(self._operation.refusals)
        if self._operation.crowded:
            codes[503] = tuple(dict.fromkeys([*codes.get(503, ()), "busy"]))
        if self._key != "none":
            codes[401] = ("key_missing",)
            codes[403] = (*codes.get(403, ()), "key_unknown")
        if self._limited:
            codes[429] = ("rate_limited",)
        yield from sorted(codes.items())

    def _answer(self, answer: Answer) -> _Json:
        content: _Json = {name: {} for name in answer.media}
        if answer.json:
            refs = [ref(model) for model in answer.json]
            content["application/json"] = {"schema": refs[0] if len(refs) == 1 else {"oneOf": refs}}
        described: _Json = {"description": answer.text, "headers": self._headers(answer.headers)}
        if content:
            described["content"] = content
        if answer.links:
            described["links"] = {name: dict(link) for name, link in answer.links.items()}
        return described

    def _refusal(self, status: int, codes: tuple[str, ...]) -> _Json:
        code: _Json = {"properties": {"code": {"enum": list(codes)}}}
        if self._operation.error is OpenAIProblem:
            code = {"properties": {"error": code}}
        return {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}.",
            "headers": self._headers(_REFUSALS_HEADERS.get(status, ())),
            "content": {"application/json": {"schema": {"allOf": [ref(self._operation.error), code]}}},
        }

    def _headers(self, names: tuple[str, ...]) -> _Json:
        """Those of an answer. A limit is told wherever there is one, unless it cannot be counted now."""
        told = ("X-Request-Id", *names, *(COUNTED if self._limited else ()))
        return {name: {"$ref": f"#/components/headers/{name}"} for name in told}


def _parameter(parameter: Parameter) -> _Json:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.text,
        "schema": dict(parameter.schema),
    }


def _body(
    model: type[BaseModel], bounds: Mapping[str, Any], examples: Mapping[str, Mapping[str, Any]]
) -> _Json:
    schema = {"allOf": [ref(model), dict(bounds)]} if bounds else ref(model)
    named = {name: {"value": dict(value)} for name, value in examples.items()}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}
