"""What can be chosen above a dashboard, and the label matchers that follow from it."""

from __future__ import annotations

from typing import Literal

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh, VariableSort

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
"""The Prometheus that was chosen."""

API = 'namespace="$namespace", job="${release}-api"'
WORKER = 'namespace="$namespace", job="${release}-worker"'
BOTH = 'namespace="$namespace", job=~"${release}-(api|worker)"'

Choice = Literal["api", "both"]


def datasource() -> DatasourceVariable:
    """Which Prometheus."""
    return DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def namespace() -> QueryVariable:
    """Which namespace of the cluster."""
    return _query("namespace", "Namespace", "label_values(tts_model_loaded, namespace)")


def release() -> QueryVariable:
    """Which installation: what the names of its jobs begin with."""
    variable = _query("release", "Release", 'label_values(tts_model_loaded{namespace="$namespace"}, job)')
    variable.build().regex = "/(.*)-(?:api|worker)/"
    return variable


def route() -> QueryVariable:
    """Which routes; all of them at first."""
    variable = _query("route", "Route", f"label_values(tts_requests_total{{{API}}}, route)")
    return variable.multi(True).include_all(True).all_value(".*")


def _query(name: str, label: str, query: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"query": query, "refId": name})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )
