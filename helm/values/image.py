"""Container images."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from helm.values.base import Values


class Image(Values):
    """Where an image comes from."""

    repository: str = Field(min_length=1, description="name of the image, with its registry in front")
    tag: str = Field(default="", description="tag (empty: the chart's appVersion)")
    digest: str = Field(
        default="", pattern="^(sha256:[0-9a-f]{64})?$", description="sha256:…, which goes before the tag"
    )
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = Field(
        default="IfNotPresent", description="when to pull it"
    )
