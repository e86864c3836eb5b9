"""Every knob of the service: one class, read from environment variables that start with ``TTS_``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, FilePath, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class SettingError(ValueError):
    """An environment variable holds what it may not; the message is one plain sentence that names it."""


def default_cache_dir() -> Path:
    """The user's cache folder for this service; below the temporary folder for a user without a home."""
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "qingsheng"
    try:
        return Path.home() / ".cache" / "qingsheng"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / "qingsheng"


def _names(value: object) -> object:
    """A comma-separated list as a tuple, each name once."""
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))


class Settings(BaseSettings):
    """What an operator can choose. Each description completes the sentence "TTS_… must be"."""

    model_config = SettingsConfigDict(env_prefix="TTS_", env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field(
        default="0.0.0.0",  # noqa: S104  a service in a container listens on every interface
        description="the address to listen on",
    )
    port: int = Field(default=8080, ge=1, le=65535, description="a TCP port from 1 to 65535")
    model: str | None = Field(
        default=None,
        description="a model folder in ModelScope's layout, a folder that `qingsheng export` wrote, "
        "or a ModelScope id (left out: the embedded voices)",
    )
    model_revision: str | None = Field(
        default=None, description="a branch, tag or commit of the model on the hub (left out: its default)"
    )
    voices: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = Field(
        default=(),
        description="names of voices with commas between them, the default voice first "
        "(left out: all in their own order)",
    )
    precision: Literal["int8", "fp32"] | None = Field(
        default=None,
        description="int8 or fp32 (left out: for each voice what its export found good)",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="the number of threads that synthesis computes with, 1 to 256 "
        "(left out: as many as the CPU quota gives)",
    )
    queue_length: int = Field(
        default=32,
        ge=0,
        le=1000,
        description="how many requests may wait for their turn to be spoken, 0 to 1000",
    )
    max_characters: int = Field(
        default=10_000,
        ge=1,
        le=1_000_000,
        description="the longest text of a request in characters, 1 to 1000000",
    )
    cache_bytes: int = Field(
        default=256 * MEBIBYTE,
        ge=0,
        description="the bytes of audio to keep in memory, 0 or more (0 keeps none)",
    )
    cache_dir: Path = Field(
        default_factory=default_cache_dir, description="a folder for prepared voices, made if missing"
    )
    lexicon: FilePath | None = Field(
        default=None, description="an existing TSV file with readings that go before the built-in ones"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    log_text: bool = Field(
        default=False, description="true or false: whether the texts themselves are logged"
    )


def load_settings() -> Settings:
    """Reads the environment.

    Raises:
        SettingError: a variable has a value that is not allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0]).lower().removeprefix("tts_")
        field = Settings.model_fields[name]
        value = error.errors()[0]["input"]
        raise SettingError(f"TTS_{name.upper()} must be {field.description}, not {str(value)!r}.") from None
