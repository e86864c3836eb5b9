"""OpenAI's audio API, so that its clients speak through this service."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from service.web.errors import RequestError
from service.web.intake import Intake
from service.web.lifecycle import facts
from service.web.limits import check_length
from service.web.openai_events import as_events
from service.web.openai_speech import MODELS, OpenAISpeech, is_model, meant
from service.web.schemas import read_body
from service.web.stream import streamed

_OWNER = "qingsheng"
_CREATED = 1_767_225_600  # the first of January 2026; clients want a time, and the models have none


def openai_blueprint(intake: Intake) -> Blueprint:
    """``POST /v1/audio/speech``, ``GET /v1/models``, ``GET /v1/models/<id>``, ``GET /v1/audio/voices``."""
    blueprint = Blueprint("openai", __name__, url_prefix="/v1")

    @blueprint.post("/audio/speech")
    def speak() -> Response:
        """Speaks a text, and sends each piece of it as soon as it is made."""
        speech = read_body(OpenAISpeech)
        _check_model(speech.model)
        check_length(len(speech.input), intake.max_characters, "Field 'input'")
        asked = meant(speech, intake.renderer.synthesizer)
        response = streamed(asked, intake.renderer, intake.take(asked))
        return as_events(response, len(speech.input), facts()) if speech.stream_format == "sse" else response

    @blueprint.get("/models")
    def models() -> Response:
        return jsonify(object="list", data=[_model(name) for name in MODELS])

    @blueprint.get("/models/<name>")
    def model(name: str) -> Response:
        _check_model(name)
        return jsonify(_model(name))

    @blueprint.get("/audio/voices")
    def voices() -> Response:
        """This service's own; OpenAI's names mean some of them."""
        return jsonify(
            voices=[
                {
                    "id": voice.name,
                    "name": voice.name,
                    "gender": voice.gender,
                    "emotions": list(voice.emotions),
                }
                for voice in intake.renderer.synthesizer.voices.values()
            ]
        )

    return blueprint


def _check_model(name: str) -> None:
    if not is_model(name):
        message = f"There is no model of that name; the models are {', '.join(MODELS)}."
        raise RequestError(message, "model_not_found", 404)


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": _OWNER}
