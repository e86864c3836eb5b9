"""Every knob of the service: one class, read from environment variables that start with ``TTS_``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    FilePath,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MEBIBYTE = 1024 * 1024

_SECRETS = frozenset({"api_keys", "cache_url", "jobs_url", "callback_secret"})  # may hold a password


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


def _redis_url(value: object) -> object:
    if isinstance(value, str) and not value.startswith(("redis://", "rediss://")):
        raise ValueError("no address of a Redis")
    return value


KeyEntry = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}:[0-9a-f]{64}$")]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
RedisUrl = Annotated[str | None, BeforeValidator(_redis_url)]


class Settings(BaseSettings):
    """What an operator can choose. Each description completes the sentence "TTS_… must be"."""

    model_config = SettingsConfigDict(env_prefix="TTS_", env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field(
        default="0.0.0.0",  # noqa: S104  a service in a container listens on every interface
        description="the address to listen on",
    )
    port: int = Field(default=8080, ge=1, le=65535, description="a TCP port from 1 to 65535")
    webui_port: int = Field(
        default=8081,
        ge=1,
        le=65535,
        description="a TCP port from 1 to 65535, for the page of `qingsheng serve --webui`",
    )
    model: str | None = Field(
        default=None,
        description="a model folder in ModelScope's layout, a folder that `qingsheng export` wrote, "
        "or a ModelScope id (left out: the embedded voices)",
    )
    model_revision: str | None = Field(
        default=None, description="a branch, tag or commit of the model on the hub (left out: its default)"
    )
    voices: Names = Field(
        default=(),
        description="names of voices with commas between them, the default voice first "
        "(left out: all in their own order)",
    )
    precision: Literal["int8", "int16", "fp32"] | None = Field(
        default=None,
        description="int8, int16 or fp32 (left out: int8 where a voice's export found it good, else int16)",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="the number of threads that synthesis computes with, 1 to 256 "
        "(left out: as many as the CPU quota gives)",
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="the number of processes, 1 to 64, each with a copy of the voices "
        "(more than 1 needs TTS_CACHE_URL and TTS_JOBS_URL)",
    )
    queue_seconds: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="how many seconds of work may wait before new requests are refused, 0 to 3600",
    )
    max_requests: int = Field(
        default=128,
        ge=1,
        le=1000,
        description="how many requests and streams a process serves at once, 1 to 1000",
    )
    request_timeout: float = Field(
        default=600.0,
        gt=0,
        le=3600,
        description="the seconds after which a request is given up, above 0 up to 3600 "
        "(X-Request-Timeout asks for less)",
    )
    max_characters: int = Field(
        default=10_000,
        ge=1,
        le=1_000_000,
        description="the longest text of a request in characters, 1 to 1000000",
    )
    cache_url: RedisUrl = Field(
        default=None,
        description="the address of a Redis that may evict, redis://… or rediss://… "
        "(left out: audio is kept in memory)",
    )
    cache_bytes: int = Field(
        default=256 * MEBIBYTE,
        ge=0,
        description="the bytes of audio to keep in memory where there is no TTS_CACHE_URL, "
        "0 or more (0 keeps none)",
    )
    cache_seconds: int = Field(
        default=24 * 3600,
        ge=1,
        description="the seconds that audio is kept, 1 or more",
    )
    jobs_url: RedisUrl = Field(
        default=None,
        description="the address of a Redis that evicts nothing, redis://… or rediss://… "
        "(left out: jobs run inside this process)",
    )
    job_seconds: int = Field(
        default=24 * 3600,
        ge=60,
        description="the seconds that a job and its result are kept, 60 or more",
    )
    callback_hosts: Names = Field(
        default=(),
        description="names of hosts that a job's callback_url may name, with commas between them "
        "(left out: there are no callbacks)",
    )
    callback_secret: SecretStr | None = Field(
        default=None, description="the secret that callbacks are signed with"
    )
    api_keys: Annotated[tuple[KeyEntry, ...], NoDecode, BeforeValidator(_names)] = Field(
        default=(),
        description="a list, with commas, of name:hash as `qingsheng key` prints it "
        "(left out: no key is asked for)",
    )
    rate_limit: str | None = Field(
        default=None,
        description="a limit for each key and each address such as 100/minute (left out: none)",
    )
    cors_origins: Names = Field(
        default=(),
        description="the origins of web pages that may call the service, with commas between them, "
        "or * (left out: none)",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="how many proxies in front are trusted to tell the client's address, 0 to 10",
    )
    cache_dir: Path = Field(
        default_factory=default_cache_dir, description="a folder for converted voices, made if missing"
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

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        if self.workers > 1 and not (self.cache_url and self.jobs_url):
            raise ValueError(
                "TTS_WORKERS above 1 needs TTS_CACHE_URL and TTS_JOBS_URL, so that all processes share them."
            )
        if self.callback_hosts and self.callback_secret is None:
            raise ValueError("TTS_CALLBACK_HOSTS needs TTS_CALLBACK_SECRET, which callbacks are signed with.")
        return self


def load_settings() -> Settings:
    """Reads the environment.

    Raises:
        SettingError: a variable has a value that is not allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        if not fault["loc"]:
            raise SettingError(fault["msg"].removeprefix("Value error, ")) from None
        name = str(fault["loc"][0]).lower().removeprefix("tts_")
        found = "" if name in _SECRETS else f", not {str(fault['input'])!r}"
        description = Settings.model_fields[name].description
        raise SettingError(f"TTS_{name.upper()} must be {description}{found}.") from None
