"""How many pods there are: by CPU (HPA), or by what waits (KEDA). One of them for each workload."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Object, Values
from helm.values.secrets import SecretKey

_BEHAVIOR: Object = {
    "scaleUp": {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": "Max",
        "policies": [
            {"type": "Percent", "value": 100, "periodSeconds": 30},
            {"type": "Pods", "value": 2, "periodSeconds": 30},
        ],
    },
    "scaleDown": {
        "stabilizationWindowSeconds": 300,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
    },
}


class Scaling(Values):
    """What both ways have in common."""

    enabled: bool = Field(default=False, description="whether to scale this way")
    min_replicas: int = Field(default=2, ge=1, description="the fewest pods")
    max_replicas: int = Field(default=10, ge=1, description="the most pods")
    behavior: Object = Field(
        default=_BEHAVIOR,
        description="how fast, as in autoscaling/v2: up at once, down a pod a minute after five quiet ones",
    )


class Hpa(Scaling):
    """A HorizontalPodAutoscaler; it needs metrics-server."""

    target_cpu_percent: int = Field(
        default=80, ge=1, le=1000, description="CPU to aim at, in per cent of what the pods request"
    )


class Keda(Scaling):
    """A ScaledObject; it needs KEDA."""

    polling_interval: int = Field(default=15, ge=1, description="seconds between two looks at what waits")


class ApiKeda(Keda):
    """Scales the api by the seconds of work that wait in its pods, which Prometheus knows."""

    prometheus_address: str = Field(
        default="", description="address of Prometheus, such as http://prometheus-operated.monitoring:9090"
    )
    queue_seconds: int = Field(
        default=5, ge=1, description="seconds of work, on average, that may wait in each pod"
    )
    fallback_replicas: int = Field(
        default=4, ge=1, description="pods to have while Prometheus does not answer"
    )


class WorkerKeda(Keda):
    """Scales the worker by the texts of jobs, in the jobs' Redis, that are not spoken yet."""

    min_replicas: int = Field(default=1, ge=0, description="the fewest pods; with 0 jobs wait for the first")
    texts: int = Field(
        default=4,
        ge=1,
        description="texts of jobs for each pod, waiting or being spoken; it speaks 2 at once",
    )
    cooldown_period: int = Field(
        default=300, ge=0, description="seconds without any job before the last pod goes, with minReplicas 0"
    )
    redis_address: str = Field(
        default="", description="host:port of the jobs' Redis, where redis.jobs.mode is external"
    )
    redis_secret: SecretKey = Field(
        default=SecretKey(key="password"), description="a Secret with the password of that Redis"
    )
    redis_tls: bool = Field(default=False, description="whether that Redis speaks TLS")
