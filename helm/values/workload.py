"""What all Deployments and StatefulSets have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from helm.values.base import Object, Objects, Quantity, Texts, Values

_SPREAD: Objects = [
    {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"},
    {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"},
]


class Pods(Values):
    """Where pods run and what they may use."""

    resources: Object = Field(description="requests and limits of the container")
    pod_labels: Texts = Field(default={}, description="more labels of the pods")
    pod_annotations: Texts = Field(default={}, description="more annotations of the pods")
    node_selector: Texts = Field(default={}, description="labels that a node must have")
    tolerations: Objects = Field(default=[], description="taints to put up with")
    affinity: Object = Field(default={}, description="nodes and pods to be near to, or far from")
    priority_class_name: str = Field(default="", description="the pods' PriorityClass")


class DisruptionBudget(Values):
    """A PodDisruptionBudget."""

    enabled: bool = Field(default=True, description="whether there is a PodDisruptionBudget")
    max_unavailable: int | str = Field(
        default=1, description="how many pods, or which percentage, may be away while nodes are drained"
    )


class Workload(Pods):
    """A Deployment."""

    replicas: int = Field(default=1, ge=0, description="number of pods, where nothing scales them")
    topology_spread_constraints: Objects = Field(
        default=_SPREAD, description="how pods spread; a missing labelSelector selects this workload's pods"
    )
    disruption_budget: DisruptionBudget = Field(
        default=DisruptionBudget(), description="what may be away at once"
    )
    extra_env: Objects = Field(default=[], description="more environment variables, as in a container")
    extra_volumes: Objects = Field(default=[], description="more volumes, as in a pod")
    extra_volume_mounts: Objects = Field(default=[], description="where to mount them, as in a container")


class Scratch(Values):
    """The pods' /tmp."""

    size_limit: Quantity = Field(default="256Mi", description="its size")
    medium: Literal["", "Memory"] = Field(
        default="",
        description="Memory for a tmpfs, which counts as the container's memory; always so with several "
        "settings.TTS_WORKERS, whose shared metrics would not survive a full disk",
    )


class Speaking(Workload):
    """A Deployment whose pods have the voices loaded."""

    resources: Object = Field(
        default={"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
        description="requests and limits; the CPU limit is also the number of threads, unless "
        "settings.TTS_THREADS says otherwise",
    )
    startup_seconds: int = Field(
        default=300,
        ge=5,
        description="how long a pod may take to load its voices; the embedded ones take seconds, official "
        "ones that are converted first take minutes",
    )
    tmp: Scratch = Field(default=Scratch(), description="the pods' /tmp")
    voices_size_limit: Quantity = Field(
        default="2Gi",
        description="size of the pods' folder of converted voices; the embedded ones take none of it",
    )
