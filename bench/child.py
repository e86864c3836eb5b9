"""Measuring in a process of its own, which imports and holds no more than what it measures."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent


def answers(module: str, job: Mapping[str, Any]) -> Iterator[Any]:
    """Runs a module on a job and yields what it says, as soon as it says it.

    Args:
        module: reads its job with ``job`` and answers with ``say``.
        job: plain dictionaries, lists, strings and numbers.

    Raises:
        RuntimeError: the process failed.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        json.dump(job, file)
        file.flush()
        file.seek(0)
        command = [sys.executable, "-m", module]
        with subprocess.Popen(command, cwd=_ROOT, stdin=file, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield from map(json.loads, process.stdout)
    if process.returncode:
        raise RuntimeError(f"{module} ended with exit status {process.returncode}")


def job() -> dict[str, Any]:
    """Gives a child's own job."""
    wanted: dict[str, Any] = json.load(sys.stdin)
    return wanted


def say(*answer: object) -> None:
    """Sends an answer to the parent."""
    print(json.dumps(answer), flush=True)
