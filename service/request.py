"""What can be asked for: a text, and how it is to be spoken."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from service.text.sentence import Style

AudioFormat = Literal["wav", "mp3", "flac", "ogg", "aac", "pcm"]
SampleRate = Literal[8000, 16000, 24000, 48000]

FORMATS: tuple[AudioFormat, ...] = get_args(AudioFormat)
SAMPLE_RATES: tuple[SampleRate, ...] = get_args(SampleRate)


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
    format: AudioFormat = Field(default="wav", description="one of wav, mp3, flac, ogg, aac, pcm")
    sample_rate: SampleRate | None = Field(default=None, description="one of 8000, 16000, 24000, 48000")
    response: Literal["audio", "url", "base64", "json", "srt", "vtt"] = Field(
        default="audio", description="one of audio, url, base64, json, srt, vtt"
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
