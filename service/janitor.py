"""The janitor: goes round at the start and every ten minutes, and has each of its tasks sweep."""

from __future__ import annotations

import fcntl
import os
import random
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from service.observability.logs import get_logger
from service.observability.metrics import Metrics

Task = Callable[[], Mapping[str, int]]
"""Removes what is stale, and says how much of each kind: files, bytes, voices, jobs, recordings."""

Wait = Callable[[float], bool]
"""Waits so many seconds; true when the janitor is to end."""

_INTERVAL = 600.0  # seconds
_JITTER = 0.1  # of it, so that many processes do not go round at once


class Janitor:
    """A thread that sweeps until the process ends. A task that fails hinders no other, and is tried again."""

    def __init__(self, tasks: Mapping[str, Task], metrics: Metrics, wait: Wait | None = None) -> None:
        """Takes tasks by name.

        ``wait`` takes the place of real time.
        """
        self._tasks = dict(tasks)
        self._metrics = metrics
        for name in self._tasks:
            metrics.sweep_failures.labels(name)  # at zero, so that the first failure is seen to come
        self._ending = threading.Event()
        self._wait = wait or self._ending.wait

    def start(self) -> None:
        """Begins, in a thread of its own. Call this in the process that serves, behind any fork."""
        threading.Thread(target=self._go_round, name="janitor", daemon=True).start()

    def stop(self) -> None:
        """Begins no further round."""
        self._ending.set()

    def sweep(self) -> None:
        """Goes round once."""
        for name, task in self._tasks.items():
            self._do(name, task)

    def _do(self, name: str, task: Task) -> None:
        try:
            swept = task()
        except Exception as error:
            self._metrics.sweep_failures.labels(name).inc()
            get_logger().warning("sweep_failed", task=name, exc_info=error)
        else:
            self._count(name, swept)

    def _go_round(self) -> None:
        ended = self._ending.is_set()
        while not ended:
            self.sweep()
            ended = self._wait(_INTERVAL * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311  no secret

    def _count(self, name: str, swept: Mapping[str, int]) -> None:
        found = {kind: count for kind, count in swept.items() if count}
        for kind, count in found.items():
            self._metrics.swept.labels(kind).inc(count)
        if found:
            get_logger().info("swept", task=name, **found)


def one_at_a_time(folder: Path, task: Task) -> Task:
    """Gives the task, which now does nothing while another process is at it.

    The processes are those that name the same folder. Where it cannot be locked, each does the task: that
    is more work, and no harm.
    """

    def alone() -> Mapping[str, int]:
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return task()
        try:
            return task() if _locked(handle) else {}
        finally:
            os.close(handle)

    return alone


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network file systems lock no folders
        return True
    return True
