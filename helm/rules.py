"""``python -m helm.rules HELM`` renders the chart's rules into ``prometheus/``, for Prometheus alone."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

FILE = Path(__file__).parent.parent / "prometheus" / "rules.yml"

_CHART = Path(__file__).parent / "qingsheng"
_TEMPLATE = "templates/prometheusrule.yaml"
_HEAD = "# `make manifests` writes this file from helm/qingsheng/rules; change it there.\n"


def rules(helm: Path, *options: str, name: str = "qingsheng", namespace: str = "default") -> str:
    """A file of rules as ``helm``, of any version, renders it for a release; ``options`` are Helm's own.

    Raises:
        subprocess.CalledProcessError: the chart cannot be rendered.
    """
    asked = ["--namespace", namespace, "--show-only", _TEMPLATE, "--set", "prometheusRule.enabled=true"]
    command: list[str | Path] = [helm, "template", name, _CHART, *asked, *options]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  our own chart
    return _HEAD + textwrap.dedent(ran.stdout.partition("\nspec:\n")[2])


def main() -> None:
    """Writes the file."""
    FILE.write_text(rules(Path(sys.argv[1])), "utf-8")


if __name__ == "__main__":
    main()
