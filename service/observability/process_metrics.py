"""``process_*`` of several workers, added up as if they were one process."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.observability.merging import workers
from service.observability.multiprocess import owner

_CPU = "process_cpu_seconds"
_START = "process_start_time_seconds"
_TRIES = 3


class WorkerProcesses(Collector):
    """Memory, CPU and files of the workers, read from ``/proc``; nothing where there is none.

    Memory that workers share is counted for each. The service started when the workers' parent did, which
    also keeps the CPU time of workers that have ended: the counter does not go back.
    """

    def __init__(self, folder: Path) -> None:
        """``folder`` is where the workers count."""
        self._folder = folder
        self._owner = owner(folder)

    def collect(self) -> Iterable[Metric]:
        """Gives the metrics that prometheus_client gives for one process."""
        for _ in range(_TRIES):  # a worker that is just being buried would count twice, or not at all
            ended, together = _ended_seconds(self._owner), self._together()
            if ended == _ended_seconds(self._owner):
                break
        if _CPU in together:
            _add(together[_CPU], ended)
        if _START in together:
            together.update((metric.name, metric) for metric in _of(self._owner) if metric.name == _START)
        return together.values()

    def _together(self) -> dict[str, Metric]:
        together: dict[str, Metric] = {}
        for pid in workers(self._folder):
            for metric in _of(pid):
                if metric.name in together:
                    _add(together[metric.name], metric.samples[0].value)
                else:
                    together[metric.name] = metric
        return together


def _of(pid: int) -> Iterable[Metric]:
    """The metrics of one process; none where it has ended."""
    return ProcessCollector(pid=lambda: pid, registry=None).collect()


def _add(metric: Metric, value: float) -> None:
    (sample,) = metric.samples
    metric.samples = [sample._replace(value=sample.value + value)]


def _ended_seconds(pid: int) -> float:
    """The CPU seconds of a process's children that have ended; 0 where this cannot be known."""
    try:
        fields = (Path("/proc") / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
