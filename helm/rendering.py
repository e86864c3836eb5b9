"""What Helm makes of the chart."""

from __future__ import annotations

import subprocess
from pathlib import Path

_CHART = Path(__file__).parent / "qingsheng"


def rendered(helm: Path, name: str, namespace: str, *options: str) -> str:
    """The chart as ``helm``, of any version, renders it for a release; ``options`` are Helm's own.

    Raises:
        subprocess.CalledProcessError: the chart cannot be rendered.
    """
    command = [str(helm), "template", name, str(_CHART), "--namespace", namespace, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  our own chart
