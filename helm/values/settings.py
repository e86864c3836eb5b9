"""The service's own settings, as far as operators choose them here: read off ``service.settings``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from service.settings import Settings

_ELSEWHERE = frozenset(
    {
        "port",  # the chart's own
        "cache_dir",
        "webui_port",  # of a page that is served here by pods of its own
        "model",  # model
        "model_revision",
        "lexicon",  # lexicon
        "cache_url",  # redis
        "jobs_url",
        "api_keys",  # apiKeys
        "callback_secret",  # callbackSecret
    }
)
"""Settings that other values stand for, secrets among them."""


def service_settings() -> dict[str, JsonSchemaValue]:
    """The JSON schema of each variable that may be set, by its name."""
    known = Settings.model_json_schema()["properties"]
    return {f"TTS_{name.upper()}": _one(about) for name, about in known.items() if name not in _ELSEWHERE}


def _one(about: dict[str, Any]) -> JsonSchemaValue:
    """As it is written in values: lists as the variable has them, with commas, and nothing for none."""
    kinds = about.get("anyOf", [about])
    (kind,) = (kind for kind in kinds if kind["type"] != "null")
    limits = {name: value for name, value in kind.items() if name in _LIMITS}
    if kind["type"] == "array":
        limits = {"type": "string", "minLength": 1}
    return {"description": about["description"], **limits}


_LIMITS = ("type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern")


class _Known:
    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "object", "properties": service_settings(), "additionalProperties": False}


ServiceSettings = Annotated[dict[str, str | int | float | bool], _Known()]
