"""A whole dashboard: rows of panels, what can be chosen above them, links to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink, QueryVariable
from grafana_foundation_sdk.builders.dashboard import Row as RowBuilder
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DashboardLinkType

from grafana import variables

TAG = "qingsheng"


@dataclass(frozen=True)
class Row:
    """Panels below a title, side by side as far as they fit."""

    title: str
    panels: Sequence[Builder[Any]]


def board(
    uid: str, title: str, description: str, rows: Sequence[Row], more: Sequence[QueryVariable] = ()
) -> Dashboard:
    """A dashboard; ``more`` may be chosen than the Prometheus, the namespace and the release."""
    made = Dashboard(f"Qingsheng / {title}").uid(f"{TAG}-{uid}").description(description).tags([TAG])
    made = made.readonly().time("now-1h", "now").refresh("30s").timezone("browser")
    made = made.tooltip(DashboardCursorSync.CROSSHAIR).link(_others())
    for variable in (variables.datasource(), variables.namespace(), variables.release(), *more):
        made = made.with_variable(variable)
    for row in rows:
        made = made.with_row(RowBuilder(row.title))
        for panel in row.panels:
            made = made.with_panel(panel)
    for number, placed in enumerate(made.build().panels or (), 1):
        placed.id_val = number
    return made


def _others() -> DashboardLink:
    """To all dashboards of the service, with what was chosen here."""
    link = DashboardLink("Qingsheng").type(DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.include_vars(True).keep_time(True)
