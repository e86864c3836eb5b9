"""Every panel shows something: its queries are asked of a real Prometheus that scraped the real service."""

from __future__ import annotations

import math
import re

import pytest

from tests.grafana.dashboards import Panel, boards, panels
from tests.prometheus.runbooks import blocks
from tests.prometheus_server import PrometheusServer

CHOSEN = {
    "${release}": "qingsheng",
    "$namespace": "default",
    "$route": ".*",
    "$__rate_interval": "5m",
    "$__range": "1h",
}
"""What Grafana puts in place of the variables."""

METRIC = re.compile(r"\b(?:tts_|process_|qingsheng:|up\b)[a-z_:0-9]*")


def filled_in(expression: str) -> str:
    for variable, value in CHOSEN.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression
    return expression


@pytest.mark.parametrize("panel", panels(), ids=str)
def test_a_panel_shows_something(panel: Panel, prometheus: PrometheusServer) -> None:
    assert panel.expressions
    for expression in map(filled_in, panel.expressions):
        found = [float(sample["value"][1]) for sample in prometheus.query(expression)]
        assert found, f"nothing: {expression}"
        assert all(math.isfinite(value) for value in found), f"{found}: {expression}"


def test_a_variable_can_be_chosen(prometheus: PrometheusServer) -> None:
    variables = [variable for board in boards().values() for variable in board["templating"]["list"]]
    queries = {variable["query"]["query"] for variable in variables if variable["type"] == "query"}
    assert len(queries) == 3
    for query in map(filled_in, queries):
        series, _, label = query.removeprefix("label_values(").removesuffix(")").rpartition(", ")
        assert any(label in sample["metric"] for sample in prometheus.query(series)), query


def test_every_rule_can_be_evaluated(prometheus: PrometheusServer) -> None:
    rules = prometheus.rules()
    assert len(rules) > 30
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}


@pytest.mark.parametrize(("name", "query"), blocks("promql"))
def test_a_query_of_a_runbook_can_be_asked(name: str, query: str, prometheus: PrometheusServer) -> None:
    prometheus.query(query)
    metrics = METRIC.findall(query)
    assert metrics
    for metric in metrics:
        assert prometheus.query(metric), f"nobody knows {metric}"
