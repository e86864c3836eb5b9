"""The schemas of the models, as the document has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from service.request import SpeechRequest
from service.web.contract.operation import Operation
from service.web.jobs import JobRequest
from service.web.openai_speech import OpenAISpeech

_Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_TEXTS = ((SpeechRequest, "text"), (JobRequest, "text"), (OpenAISpeech, "input"))


def ref(model: type[BaseModel]) -> dict[str, str]:
    """A reference to a model's schema."""
    return {"$ref": _SCHEMAS + model.__name__}


class _WithoutTitles(GenerateJsonSchema):
    """Fields are called what they are called."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Never."""
        return False


def schemas(operations: Sequence[Operation], max_characters: int) -> dict[str, Any]:
    """The schemas, by name, of all models that the operations need, where texts have that many characters."""
    asked: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    told: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for operation in operations:
        asked += [(operation.body, "validation")] if operation.body else []
        told += [(model, "serialization") for answer in operation.answers.values() for model in answer.json]
        told.append((operation.error, "serialization"))
    models = list(dict.fromkeys(asked + told))
    _, made = models_json_schema(models, ref_template=_SCHEMAS + "{model}", schema_generator=_WithoutTitles)
    described: _Json = made["$defs"]
    for operation in operations:
        if operation.body:
            described[operation.body.__name__].pop("description", None)  # it is for those who write the code
    _bound_texts(described, max_characters)
    return described


def _bound_texts(described: _Json, max_characters: int) -> None:
    """Tells the setting that ``check_length`` holds texts to."""
    for model, name in _TEXTS:
        described[model.__name__]["properties"][name]["maxLength"] = max_characters
    job = described[JobRequest.__name__]["properties"]
    del job["text"]["default"]  # there is none: a job has either field
    several = next(kind for kind in job["texts"]["anyOf"] if kind["type"] == "array")
    several["items"]["maxLength"] = max_characters
