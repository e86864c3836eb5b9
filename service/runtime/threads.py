"""How many cores this process may really use."""

from __future__ import annotations

import math
import os
from pathlib import Path


def available_cores(root: Path = Path("/")) -> int:
    """Gives the cores that the CPU affinity and the container's quota leave, at least 1.

    A quota is rounded up: 1.5 cores are used better by two threads than by one.

    Args:
        root: where ``sys/fs/cgroup`` lies.
    """
    cores = _affinity()
    quota = _quota_v2(root / "sys/fs/cgroup") or _quota_v1(root / "sys/fs/cgroup/cpu")
    return max(1, cores if quota is None else min(cores, math.ceil(quota)))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota_v2(folder: Path) -> float | None:
    """Reads ``cpu.max``: "quota period", or "max period" where there is no limit."""
    match _read(folder / "cpu.max").split():
        case [quota, period]:
            return _ratio(quota, period)
    return None


def _quota_v1(folder: Path) -> float | None:
    """Reads the two files of version 1, where -1 is no limit."""
    return _ratio(_read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us"))


def _ratio(quota: str, period: str) -> float | None:
    try:
        cores = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return None
    return cores if cores > 0 else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
