"""``GET /voices``: what can be asked for."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from service.request import FORMATS, SAMPLE_RATES
from service.web.engine import Engine


def voices_blueprint(engine: Engine) -> Blueprint:
    """The voices with their emotions, and the formats and sample rates that each can be had in."""
    blueprint = Blueprint("voices", __name__)

    @blueprint.get("/voices")
    def voices() -> Response:
        synthesizer = engine.synthesizer
        return jsonify(
            default=synthesizer.default_voice.name,
            voices=[
                {
                    "name": voice.name,
                    "gender": voice.gender,
                    "sample_rate": voice.sample_rate,
                    "emotions": list(voice.emotions),
                }
                for voice in synthesizer.voices.values()
            ],
            formats=list(FORMATS),
            sample_rates=list(SAMPLE_RATES),
        )

    return blueprint
