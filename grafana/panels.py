"""Panels as all dashboards have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from grafana_foundation_sdk.builders import stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, Threshold, ThresholdsMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana.queries import Query
from grafana.variables import SOURCE

Unit = Literal["reqps", "cps", "s", "percentunit", "short", "bytes", "none"]
"""Grafana's names of units: requests a second, counts a second, seconds, a share from 0 to 1, bytes, …"""

Limits = Sequence[tuple[float | None, str]]
"""From which value on which colour; None is from the lowest on, which is green where nothing else is said."""

NEEDED: Limits = ((None, "red"), (1, "green"))
"""For what there should be at least one of."""

HEIGHT = 8
_SMALL = 4


def chart(
    title: str,
    description: str,
    unit: Unit,
    queries: Sequence[Query],
    *,
    width: int = 8,
    stacked: bool = False,
    limits: Limits = (),
) -> timeseries.Panel:
    """Lines over time, or areas one upon the other; ``width`` of the dashboard's 24 columns."""
    panel = timeseries.Panel().title(title).description(description).datasource(SOURCE)
    panel = panel.unit(unit).height(HEIGHT).span(width).min(0).thresholds(_thresholds(limits))
    panel = panel.fill_opacity(30 if stacked else 5).line_width(1).show_points(VisibilityMode.NEVER)
    panel = panel.legend(_legend()).tooltip(_tooltip())
    if stacked:
        panel = panel.stacking(StackingConfig().mode(StackingMode.NORMAL).group("A"))
    if limits:
        dashed = GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        panel = panel.thresholds_style(dashed)
    for number, query in enumerate(queries):
        panel = panel.with_target(_target(query, number).range())
    return panel


def number(
    title: str,
    description: str,
    unit: Unit,
    query: Query,
    *,
    width: int = 4,
    limits: Limits = (),
    decimals: int | None = None,
) -> stat.Panel:
    """The value now, for each series of the query."""
    panel = stat.Panel().title(title).description(description).datasource(SOURCE)
    panel = panel.unit(unit).height(_SMALL).span(width).thresholds(_thresholds(limits))
    panel = panel.reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
    panel = panel.graph_mode(BigValueGraphMode.NONE).color_mode(BigValueColorMode.VALUE)
    if decimals is not None:
        panel = panel.decimals(decimals)
    return panel.with_target(_target(query, 0).instant())


def listing(title: str, description: str, query: Query, *, hidden: Sequence[str], width: int) -> table.Panel:
    """The labels of all series now, a line each, without those that are ``hidden``."""
    tidy = DataTransformerConfig(
        id_val="organize", options={"excludeByName": dict.fromkeys(["Time", *hidden], True)}
    )
    panel = table.Panel().title(title).description(description).datasource(SOURCE)
    panel = panel.unit("none").height(HEIGHT).span(width).thresholds(_thresholds(()))
    panel = panel.with_transformation(tidy)
    return panel.with_target(_target(query, 0).instant().format(PromQueryFormat.TABLE))


def _target(query: Query, number: int) -> Dataquery:
    return (
        Dataquery()
        .datasource(SOURCE)
        .expr(query.expr)
        .legend_format(query.legend)
        .ref_id(chr(ord("A") + number))
    )


def _thresholds(limits: Limits) -> ThresholdsConfig:
    lowest: Limits = () if limits and limits[0][0] is None else ((None, "green"),)
    steps = [Threshold(value=value, color=color) for value, color in (*lowest, *limits)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _legend() -> VizLegendOptions:
    placed = VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    return placed.show_legend(True)


def _tooltip() -> VizTooltipOptions:
    return VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
