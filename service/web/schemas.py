"""What a request body may hold, and reading one."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.text.sentence import Style
from service.web.errors import RequestError

AudioFormat = Literal["wav", "mp3", "flac", "ogg", "pcm"]
SampleRate = Literal[8000, 16000, 24000, 48000]

FORMATS: tuple[AudioFormat, ...] = get_args(AudioFormat)
SAMPLE_RATES: tuple[SampleRate, ...] = get_args(SampleRate)

_SHOWN = 60  # characters of a client's own words that an error message repeats


class SpeechRequest(BaseModel):
    """The body of ``POST /tts``. Each description completes the sentence "Field '…' must be"."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    text: str = Field(description="a string: plain text, or SSML that starts with <speak>")
    voice: str | None = Field(default=None, description="a voice's name as a string (GET /voices lists them)")
    emotion: str = Field(
        default="neutral", description="an emotion's name as a string (GET /voices lists them)"
    )
    intensity: float = Field(default=1.0, ge=0, le=2, description="a number from 0 to 2")
    speed: float = Field(default=1.0, ge=0.5, le=2, description="a number from 0.5 to 2")
    pitch: float = Field(default=0.0, ge=-12, le=12, description="a number of semitones from -12 to 12")
    volume: float = Field(default=1.0, ge=0, le=2, description="a number from 0 to 2")
    format: AudioFormat = Field(default="wav", description="one of wav, mp3, flac, ogg, pcm")
    sample_rate: SampleRate | None = Field(default=None, description="one of 8000, 16000, 24000, 48000")
    response: Literal["audio", "base64", "json", "srt", "vtt"] = Field(
        default="audio", description="one of audio, base64, json, srt, vtt"
    )

    @property
    def style(self) -> Style:
        """How the whole text is to be spoken."""
        return Style(
            emotion=self.emotion,
            intensity=self.intensity,
            rate=self.speed,
            pitch=self.pitch,
            volume=self.volume,
            voice=self.voice,
        )


def parse_speech_request(body: bytes) -> SpeechRequest:
    """Reads a JSON body.

    Raises:
        RequestError: 400; it is not UTF-8, not JSON, not an object, or a field is wrong.
    """
    value = _read_json(body)
    if not isinstance(value, dict):
        raise RequestError('The body must be a JSON object such as {"text": "你好"}.', "invalid_json")
    return validate_speech_request(value)


def validate_speech_request(fields: dict[str, object]) -> SpeechRequest:
    """Makes a request of its fields.

    Raises:
        RequestError: 400; a field is unknown, missing, of the wrong type or out of range.
    """
    try:
        return SpeechRequest.model_validate(fields)
    except ValidationError as error:
        raise RequestError(_sentence(error), "invalid_field") from None


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
        if not _is_text(name) or (isinstance(value, str) and not _is_text(value)):
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


def _sentence(error: ValidationError) -> str:
    """The first fault as one sentence."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = str(fault["loc"][0])
    field = SpeechRequest.model_fields.get(name)
    if field is None:
        return f"Unknown field {_shown(name)}; allowed are {', '.join(SpeechRequest.model_fields)}."
    if fault["type"] == "missing":
        return f"Field '{name}' is missing; it must be {field.description}."
    return f"Field '{name}' must be {field.description}."


def _shown(name: str) -> str:
    """A client's word, fit for a sentence: short and without control characters."""
    return repr(name if len(name) <= _SHOWN else name[:_SHOWN] + "…")
