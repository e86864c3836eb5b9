"""What is secret: API keys, the callbacks' secret, and where to find what somebody else keeps."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Values

_ENTRY = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}:[0-9a-f]{64}$"


class SecretKey(Values):
    """A key of a Secret that exists already."""

    name: str = Field(default="", description="name of the Secret (empty: none)")
    key: str = Field(min_length=1, description="its key")


class ApiKeys(Values):
    """Who may call. Without any entry no key is asked for."""

    entries: list[str] = Field(
        default=[],
        json_schema_extra={"items": {"type": "string", "pattern": _ENTRY}},
        description="name:hash, as `qingsheng key` prints it; they go into a Secret of the release",
    )
    existing_secret: SecretKey = Field(
        default=SecretKey(key="api-keys"),
        description="instead: a Secret with the entries, commas between them",
    )


class CallbackSecret(Values):
    """What callbacks of jobs are signed with; settings.TTS_CALLBACK_HOSTS needs it."""

    value: str = Field(default="", description="the secret itself; it goes into a Secret of the release")
    existing_secret: SecretKey = Field(
        default=SecretKey(key="callback-secret"), description="instead: a Secret that exists already"
    )
