"""``values.schema.json``: what Helm checks values against."""

from __future__ import annotations

import json
from typing import Any

from helm.values.base import Values

_DRAFT = "http://json-schema.org/draft-07/schema#"  # the newest that all of Helm 3 knows
_IDLE = ("title", "default", "$ref", "required")  # what is left out has its default


def schema_json(values: type[Values]) -> str:
    """The text of the file."""
    schema = {"$schema": _DRAFT, **schema_of(values)}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def schema_of(values: type[Values]) -> dict[str, Any]:
    """The schema, without references: Helm ignores what stands beside one."""
    schema = values.model_json_schema()
    return _inlined(schema, schema.pop("$defs", {}))


def _inlined(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if reference := node.get("$ref"):
        node = {**definitions[reference.rpartition("/")[2]], **node}
    kept = {name: value for name, value in node.items() if name not in _IDLE}
    if properties := kept.get("properties"):
        kept["properties"] = {name: _inlined(value, definitions) for name, value in properties.items()}
    return kept
