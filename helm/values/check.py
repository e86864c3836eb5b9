"""What `helm test` does."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Object, Values
from helm.values.secrets import SecretKey


class Check(Values):
    """A pod that has a sentence spoken through the Service and listens to it."""

    text: str = Field(default="你好，欢迎使用情声。", min_length=1, description="the sentence")
    api_key: SecretKey = Field(
        default=SecretKey(key="key"), description="a Secret with a key to send, where keys are asked for"
    )
    resources: Object = Field(
        default={"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        description="requests and limits of the pod",
    )
