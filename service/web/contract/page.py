"""The OpenAPI document as a page shows it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_Json = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A field, a parameter or an answer: its name, its default if it has one, and what there is to say."""

    name: str
    default: str
    text: str


@dataclass(frozen=True)
class Command:
    """How to call an operation with curl: what goes before and behind the service's address."""

    name: str
    before: str
    behind: str


@dataclass(frozen=True)
class Section:
    """An operation on the page."""

    name: str
    method: str
    path: str
    summary: str
    group: str
    parameters: tuple[Row, ...]
    fields: tuple[Row, ...]
    answers: tuple[Row, ...]
    commands: tuple[Command, ...]


def sections(document: _Json) -> Iterator[Section]:
    """Yields the operations of a document in their order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield Section(
                operation["operationId"],
                method.upper(),
                path,
                operation["summary"],
                operation["tags"][0],
                tuple(Row(p["name"], "", p["description"]) for p in operation.get("parameters", ())),
                tuple(_fields(document, operation)),
                tuple(Row(status, "", a["description"]) for status, a in operation["responses"].items()),
                tuple(_commands(document, method.upper(), path, operation)),
            )


def _fields(document: _Json, operation: _Json) -> Iterator[Row]:
    """Yields the fields of a body; descriptions complete the sentence "It must be …"."""
    if "requestBody" not in operation:
        return
    schema, bounds = _body_schema(document, operation)
    for name, field in schema["properties"].items():
        only = bounds.get("properties", {}).get(name, {}).get("const")
        text = field["description"] if only is None else f"only {only} here"
        if "maxLength" in field:
            text += f"; at most {field['maxLength']} characters"
        yield Row(name, _default(name, field, schema), text)


def _default(name: str, field: _Json, schema: _Json) -> str:
    if name in schema.get("required", ()):
        return "required"
    value = field.get("default")
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else f"{value}"


def _body_schema(document: _Json, operation: _Json) -> tuple[_Json, _Json]:
    """The schema of a body's model, and what else holds for the body."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    ref, bounds = (schema["allOf"][0], schema["allOf"][1]) if "allOf" in schema else (schema, {})
    return document["components"]["schemas"][ref["$ref"].rpartition("/")[2]], bounds


def _commands(document: _Json, method: str, path: str, operation: _Json) -> Iterator[Command]:
    if "101" in operation["responses"]:  # not for curl
        return
    shown = re.sub(r"{(\w+)}", r"<\1>", path)
    before = "curl -fsS " if method in ("GET", "POST") else f"curl -fsS -X {method} "
    key = ' -H "X-API-Key: $KEY"' if operation.get("security") else ""
    if "requestBody" not in operation:
        yield Command("", before, shown + key)
        return
    for name, example in operation["requestBody"]["content"]["application/json"]["examples"].items():
        body = json.dumps(example["value"], ensure_ascii=False)
        sent = f" -H 'Content-Type: application/json' -d {shlex.quote(body)}"
        yield Command(name, before, shown + key + sent + _output(document, operation, example["value"]))


def _output(document: _Json, operation: _Json, body: _Json) -> str:
    """The file that takes audio; text goes to the terminal."""
    audio = "audio/wav" in operation["responses"].get("200", {}).get("content", {})
    if not audio or body.get("response", "audio") != "audio" or body.get("stream_format") == "sse":
        return ""
    fields, _ = _body_schema(document, operation)
    name = "format" if "format" in fields["properties"] else "response_format"
    return f" -o speech.{body.get(name, fields['properties'][name]['default'])}"
