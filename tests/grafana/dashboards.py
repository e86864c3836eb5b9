"""The dashboards as the chart has them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "helm" / "qingsheng" / "dashboards"


@dataclass(frozen=True)
class Panel:
    """A panel of a dashboard, or one of its rows, as Grafana reads it."""

    board: str
    content: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.board}: {self.content['title']}"

    @property
    def expressions(self) -> list[str]:
        return [target["expr"] for target in self.content.get("targets", ())]


def boards() -> dict[str, dict[str, Any]]:
    """All of them by their files' names."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}


def panels() -> list[Panel]:
    """The panels of all dashboards, without rows."""
    found = (Panel(name, panel) for name, board in boards().items() for panel in board["panels"])
    return [panel for panel in found if panel.content["type"] != "row"]
