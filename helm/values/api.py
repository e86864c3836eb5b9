"""The HTTP API."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from helm.values.autoscaling import ApiKeda, Hpa
from helm.values.base import Texts, Values
from helm.values.workload import Speaking


class Service(Values):
    """A Kubernetes Service."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = Field(
        default="ClusterIP", description="its type"
    )
    annotations: Texts = Field(default={}, description="its annotations")


class Api(Speaking):
    """The pods that answer requests."""

    replicas: int = Field(default=2, ge=0, description="number of pods, where nothing scales them")
    service: Service = Field(default=Service(), description="the Service in front, on port 8080")
    drain_delay_seconds: int = Field(
        default=10,
        ge=0,
        le=300,
        description="how long an ending pod still takes requests, until every proxy knows that it ends; "
        "then it finishes what runs within 30 s",
    )
    hpa: Hpa = Field(default=Hpa(), description="pods by CPU")
    keda: ApiKeda = Field(default=ApiKeda(), description="pods by the work that waits")
