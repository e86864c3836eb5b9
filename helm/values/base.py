"""What all values have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

Object = dict[str, Any]
"""A Kubernetes object, or a part of one, that goes into the manifests as it stands."""

Objects = list[Object]
"""Several of them."""

Texts = dict[str, str]
"""Labels, annotations and the like."""

Quantity = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$")]
"""An amount of memory or disk as Kubernetes writes it."""


class Values(BaseModel):
    """A group of values. Names are written in camelCase; unknown ones are refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, populate_by_name=True, validate_default=True
    )
