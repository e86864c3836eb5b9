"""``python -m helm.rules HELM`` renders the chart's rules into ``prometheus/``, for Prometheus alone."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from helm.rendering import rendered

FILE = Path(__file__).parent.parent / "prometheus" / "rules.yml"

_TEMPLATE = "templates/prometheusrule.yaml"
_HEAD = "# `make manifests` writes this file from helm/qingsheng/rules; change it there.\n"


def rules(helm: Path, *options: str, name: str = "qingsheng", namespace: str = "default") -> str:
    """A file of rules as ``helm``, of any version, renders it for a release; ``options`` are Helm's own.

    Raises:
        subprocess.CalledProcessError: the chart cannot be rendered.
    """
    asked = ("--show-only", _TEMPLATE, "--set", "prometheusRule.enabled=true")
    text = rendered(helm, name, namespace, *asked, *options)
    return _HEAD + textwrap.dedent(text.partition("\nspec:\n")[2])


def main() -> None:
    """Writes the file."""
    FILE.write_text(rules(Path(sys.argv[1])), "utf-8")


if __name__ == "__main__":
    main()
