"""The JSON that comes back, as models."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.request import AudioFormat, SampleRate


class _Told(BaseModel):
    """What is told has these members and no others."""

    model_config = ConfigDict(extra="forbid")


class Problem(_Told):
    """Why there is nothing else."""

    error: str = Field(min_length=1, description="one plain sentence: what is wrong, and what is allowed")
    code: str = Field(pattern="^[a-z_]+$", description="a name for programs")
    request_id: str = Field(description="the request's name in the service's log")


class OpenAIFault(_Told):
    """Why there is nothing else, as OpenAI tells it."""

    message: str = Field(min_length=1, description="one plain sentence: what is wrong, and what is allowed")
    type: Literal[
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "rate_limit_error",
        "server_error",
    ] = Field(description="a kind of error that OpenAI knows")
    param: None = Field(description="always null; the message names the field")
    code: str = Field(pattern="^[a-z_]+$", description="a name for programs")


class OpenAIProblem(_Told):
    """An error as OpenAI's clients expect it."""

    error: OpenAIFault


class _Audio(_Told):
    format: AudioFormat
    mime_type: str = Field(description="the format's media type")
    sample_rate: SampleRate = Field(description="Hz")
    seconds: float = Field(ge=0, description="how long it is")


class LinkedAudio(_Audio):
    """The answer where `response` is url."""

    url: str = Field(description="where every replica has the audio, for a limited time")


class EncodedAudio(_Audio):
    """The answer where `response` is base64."""

    audio: str = Field(description="the bytes in base64")


class SyllableTime(_Told):
    """When a syllable is heard."""

    text: str = Field(description="pinyin with the tone that is spoken, or ARPAbet")
    start: float = Field(ge=0, description="seconds")
    end: float = Field(ge=0, description="seconds")


class WordTime(_Told):
    """When a word is heard, and where it stands in the text."""

    text: str
    start: float = Field(ge=0, description="seconds")
    end: float = Field(ge=0, description="seconds")
    start_char: int = Field(ge=0, description="where it begins in the text, in characters")
    end_char: int = Field(ge=0, description="where it has ended in the text, in characters")
    syllables: list[SyllableTime] = Field(description="empty where the voice cannot tell them apart")


class TimedAudio(EncodedAudio):
    """The answer where `response` is json."""

    words: list[WordTime]


class VoiceFacts(_Told):
    """A voice."""

    name: str
    gender: Literal["female", "male"] | None = Field(description="null where it is not known")
    sample_rate: int = Field(description="its own, in Hz")
    emotions: list[str] = Field(description="neutral first")


class VoiceList(_Told):
    """What can be asked for."""

    default: str = Field(description="the voice of requests that name none")
    voices: list[VoiceFacts] = Field(min_length=1)
    formats: list[AudioFormat]
    sample_rates: list[SampleRate]


class Ready(_Told):
    """The service can speak."""

    status: Literal["ok"]
    model_loaded: Literal[True]
    voices: list[str] = Field(description="their names")
    queue_depth: int = Field(description="sentences that wait for their turn in this process")
    queue_seconds: float = Field(description="seconds of work that it has taken on")


class Unready(Problem):
    """The service cannot speak now."""

    status: Literal["loading", "failed", "draining"]
    model_loaded: bool


class Alive(_Told):
    """The process answers."""

    status: Literal["ok"]


class JobTaken(_Told):
    """A job that was taken."""

    task_id: str = Field(pattern="^[0-9a-f]{32}$")
    status: Literal["processing"]


class JobProgress(JobTaken):
    """A job that is being worked on."""

    progress: float = Field(ge=0, le=1, description="how much of it has been spoken")


class OpenAIModel(_Told):
    """A model."""

    id: str
    object: Literal["model"]
    created: int = Field(description="seconds since 1970")
    owned_by: str


class OpenAIModels(_Told):
    """The models that may be named."""

    object: Literal["list"]
    data: list[OpenAIModel]


class OpenAIVoice(_Told):
    """A voice."""

    id: str
    name: str
    gender: Literal["female", "male"] | None
    emotions: list[str]


class OpenAIVoices(_Told):
    """The voices of this service; OpenAI's names mean some of them."""

    voices: list[OpenAIVoice]


class Document(BaseModel):
    """An OpenAPI document."""

    openapi: Literal["3.1.0"]
    paths: dict[str, object]
