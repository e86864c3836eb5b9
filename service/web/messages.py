"""What clients say on ``/tts/ws``: JSON objects, each with a ``type``."""

from __future__ import annotations

from copy import copy
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.request import SampleRate, SpeechRequest
from service.web.errors import RequestError
from service.web.schemas import parse_body, validate

MessageType = Literal["start", "text", "end", "cancel"]


def _same(name: str) -> Any:
    """A field as requests have it: its default, its range and its description."""
    return copy(SpeechRequest.model_fields[name])


class Message(BaseModel):
    """A message of which only the type is known. Each description completes "Field '…' must be"."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    type: MessageType = Field(description="one of start, text, end, cancel")


class Start(BaseModel):
    """Begins an utterance, and says how it and those after it are to be spoken."""

    model_config = SpeechRequest.model_config

    type: Literal["start"] = Field(default="start", description="start")
    voice: str | None = _same("voice")
    emotion: str = _same("emotion")
    intensity: float = _same("intensity")
    speed: float = _same("speed")
    pitch: float = _same("pitch")
    volume: float = _same("volume")
    format: Literal["pcm"] = Field(default="pcm", description="pcm (16 bit, little endian, mono)")
    sample_rate: SampleRate | None = _same("sample_rate")
    api_key: str | None = Field(default=None, description="an API key as a string")

    def request(self, text: str) -> SpeechRequest:
        """What is asked for when ``text`` is to be spoken like this."""
        return SpeechRequest(text=text, **self.model_dump(exclude={"type", "api_key"}))


class Text(BaseModel):
    """The next piece of the utterance's text."""

    model_config = SpeechRequest.model_config

    type: Literal["text"] = Field(description="text")
    text: str = Field(description="a string: the next piece of the text, of any length")


class End(BaseModel):
    """There is no more text: the rest is to be spoken."""

    model_config = SpeechRequest.model_config

    type: Literal["end"] = Field(description="end")


class Cancel(BaseModel):
    """The utterance is to stop at once."""

    model_config = SpeechRequest.model_config

    type: Literal["cancel"] = Field(description="cancel")


_MODELS: dict[str, type[Start | Text | End | Cancel]] = {
    "start": Start,
    "text": Text,
    "end": End,
    "cancel": Cancel,
}


def read_message(data: str | bytes) -> Start | Text | End | Cancel:
    """Reads a message.

    Raises:
        RequestError: it is binary, not JSON, not an object, or a field is wrong.
    """
    if isinstance(data, bytes):
        raise RequestError('A message must be text such as {"type": "end"}, not binary.', "invalid_json")
    try:
        message = parse_body(data.encode(), Message)
    except RequestError as error:
        raise RequestError(error.message.replace("The body", "A message", 1), error.code) from None
    return validate({"type": message.type, **(message.model_extra or {})}, _MODELS[message.type])
