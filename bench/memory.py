"""How much memory this process takes, as Linux counts it."""

from __future__ import annotations

from pathlib import Path


def resident() -> float:
    """Gives the resident set size (RSS) in MB."""
    return _status("VmRSS")


def peak() -> float:
    """Gives the largest resident set size so far in MB.

    Unlike ``ru_maxrss`` it leaves out what the parent held when this process was started.
    """
    return _status("VmHWM")


def _status(field: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024 / 1e6
    raise RuntimeError(f"/proc/self/status has no {field}")
