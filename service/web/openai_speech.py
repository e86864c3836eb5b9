"""The body of ``POST /v1/audio/speech`` as OpenAI's clients write it, and what is meant by it here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.instructions import NEUTRAL, mood
from service.request import AudioFormat, SampleRate, SpeechRequest
from service.speech import Synthesizer

MODELS = ("qingsheng", "tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""The models that may be named. They all mean the voices that are loaded."""

_MODEL = re.compile(r"qingsheng|(?:tts-1|tts-1-hd|gpt-4o-mini-tts)(?:-\d{4}(?:-\d{2}-\d{2})?)?")

_FORMATS: Mapping[str, AudioFormat] = MappingProxyType(
    {"mp3": "mp3", "opus": "ogg", "aac": "aac", "flac": "flac", "wav": "wav", "pcm": "pcm"}
)
_GENDERS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("alloy", "coral", "marin", "nova", "sage", "shimmer"), "female"),
        **dict.fromkeys(("ash", "ballad", "cedar", "echo", "fable", "onyx", "verse"), "male"),
    }
)
"""OpenAI's voices, and what people hear them as."""

_SAMPLE_RATE: SampleRate = 24000  # of OpenAI's own audio; pcm has nothing else that could tell it
_SLOWEST, _FASTEST = 0.5, 2.0
_LONGEST_INSTRUCTIONS = 4096


class VoiceId(BaseModel):
    """A voice as an object, which is how OpenAI's clients name voices that are not OpenAI's."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str = Field(description="a voice's name as a string")


class OpenAISpeech(BaseModel):
    """The body of ``POST /v1/audio/speech``. Each description completes the sentence "Field '…' must be"."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    model: str = Field(description="a model's name as a string (GET /v1/models lists them)")
    input: str = Field(description="a string: plain text, or SSML that starts with <speak>")
    voice: str | VoiceId | None = Field(
        default=None,
        description='a voice\'s name as a string or as {"id": "<name>"} (GET /v1/audio/voices lists them)',
    )
    instructions: str | None = Field(
        default=None,
        max_length=_LONGEST_INSTRUCTIONS,
        description=f"a string of at most {_LONGEST_INSTRUCTIONS} characters",
    )
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = Field(
        default="mp3", description="one of mp3, opus, aac, flac, wav, pcm"
    )
    speed: float = Field(default=1.0, ge=0.25, le=4, description="a number from 0.25 to 4")
    stream_format: Literal["audio", "sse"] = Field(default="audio", description="one of audio, sse")
    emotion: str | None = Field(
        default=None, description="an emotion's name as a string (GET /v1/audio/voices lists them)"
    )
    intensity: float | None = Field(default=None, ge=0, le=2, description="a number from 0 to 2")
    pitch: float = Field(default=0.0, ge=-12, le=12, description="a number of semitones from -12 to 12")
    volume: float = Field(default=1.0, ge=0, le=2, description="a number from 0 to 2")
    sample_rate: SampleRate = Field(default=_SAMPLE_RATE, description="one of 8000, 16000, 24000, 48000")


def is_model(name: str) -> bool:
    """Whether a model may be named so: as in ``MODELS``, or one of OpenAI's with a date."""
    return _MODEL.fullmatch(name) is not None


def meant(speech: OpenAISpeech, synthesizer: Synthesizer) -> SpeechRequest:
    """Says the same in this service's own terms.

    Speeds beyond 0.5 and 2 become these. An explicit emotion or intensity goes before the instructions.
    Voices and emotions that are not there stay as they are; they are refused when they are to speak.
    """
    voice = _voice(speech.voice, synthesizer)
    emotion, intensity = _mood(speech, voice, synthesizer)
    return SpeechRequest(
        text=speech.input,
        voice=voice,
        emotion=emotion,
        intensity=intensity if speech.intensity is None else speech.intensity,
        speed=min(max(speech.speed, _SLOWEST), _FASTEST),
        pitch=speech.pitch,
        volume=speech.volume,
        format=_FORMATS[speech.response_format],
        sample_rate=speech.sample_rate,
    )


def _voice(named: str | VoiceId | None, synthesizer: Synthesizer) -> str:
    """The name of a voice here; one of OpenAI's means the first of its gender, or else the default."""
    default = synthesizer.default_voice.name
    if named is None:
        return default
    name = named.id if isinstance(named, VoiceId) else named
    if name in synthesizer.voices or name not in _GENDERS:
        return name
    alike = (voice.name for voice in synthesizer.voices.values() if voice.gender == _GENDERS[name])
    return next(alike, default)


def _mood(speech: OpenAISpeech, voice: str, synthesizer: Synthesizer) -> tuple[str, float]:
    if speech.emotion is not None:
        return speech.emotion, 1.0
    if speech.instructions is None or voice not in synthesizer.voices:
        return NEUTRAL, 1.0
    return mood(speech.instructions, synthesizer.voices[voice].emotions)
