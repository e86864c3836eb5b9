"""The worker, which speaks jobs."""

from __future__ import annotations

from pydantic import Field

from helm.values.autoscaling import Hpa, WorkerKeda
from helm.values.workload import Speaking


class Worker(Speaking):
    """The pods that work on jobs; an ending one hands its jobs back within 20 s."""

    enabled: bool = Field(default=True, description="whether there are workers; they need redis.jobs")
    hpa: Hpa = Field(default=Hpa(), description="pods by CPU")
    keda: WorkerKeda = Field(default=WorkerKeda(), description="pods by the texts of jobs")
