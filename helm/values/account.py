"""Who the pods are, to the cluster: nobody in particular."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Texts, Values


class ServiceAccount(Values):
    """The pods' ServiceAccount; its token is never mounted."""

    create: bool = Field(default=True, description="whether to make one")
    name: str = Field(default="", description="its name (empty: as the release, or default if none is made)")
    annotations: Texts = Field(default={}, description="annotations")
