"""Who may talk to whom."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Objects, Values


class NetworkPolicies(Values):
    """NetworkPolicies for every pod of the release. Peers are written as in networking.k8s.io/v1."""

    enabled: bool = Field(default=True, description="whether there are any")
    clients: Objects = Field(
        default=[], description="who may call the API and the web page (empty: everybody in the cluster)"
    )
    monitoring: Objects = Field(
        default=[
            {
                "namespaceSelector": {},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
            }
        ],
        description="who may scrape metrics",
    )
    keda: Objects = Field(
        default=[
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "keda"}},
                "podSelector": {"matchLabels": {"app": "keda-operator"}},
            }
        ],
        description="who may ask an own jobs' Redis, with worker.keda",
    )
    redis_ports: list[int] = Field(
        default=[6379, 6380],
        json_schema_extra={"items": {"type": "integer", "minimum": 1, "maximum": 65535}},
        description="ports of an external Redis",
    )
    extra_egress: Objects = Field(
        default=[],
        description="more rules for what the api and the worker may reach, such as a collector of traces",
    )
