"""Who may talk to whom."""

from __future__ import annotations

import pytest

from tests.helm.rendering import CASES, Manifest, found, pods, rendered

COMPONENT = "app.kubernetes.io/component"


def policy(case: str, component: str) -> Manifest:
    spec: Manifest = found(rendered(case), "NetworkPolicy", f"qingsheng-{component}")["spec"]
    return spec


def components(peers: list[Manifest]) -> list[str]:
    """The components of the release among the peers."""
    labels = [peer.get("podSelector", {}).get("matchLabels", {}) for peer in peers]
    return [one[COMPONENT] for one in labels if COMPONENT in one]


def namespaces(peers: list[Manifest]) -> list[str]:
    labels = [peer.get("namespaceSelector", {}).get("matchLabels", {}) for peer in peers]
    return [one["kubernetes.io/metadata.name"] for one in labels if one]


@pytest.mark.parametrize("case", [case for case in ("default", *CASES) if case != "webui-off"])
def test_every_pod_of_a_workload_has_one(case: str) -> None:
    manifests = rendered(case)
    policies = [
        one["spec"]["podSelector"]["matchLabels"] for one in manifests if one["kind"] == "NetworkPolicy"
    ]
    for name, pod in pods(manifests):
        matching = [one for one in policies if one.items() <= pod["metadata"]["labels"].items()]
        assert len(matching) == (0 if name.startswith("Pod ") else 1), name


def test_there_are_none_where_none_are_wanted() -> None:
    assert [one for one in rendered("webui-off") if one["kind"] == "NetworkPolicy"] == []


@pytest.mark.parametrize("store", ["redis-cache", "redis-jobs"])
def test_redis_talks_to_the_api_and_the_worker_alone(store: str) -> None:
    (rule,) = policy("default", store)["ingress"]
    assert components(rule["from"]) == ["api", "worker"]
    assert len(rule["from"]) == 2
    assert policy("default", store)["egress"] == []


def test_the_api_answers_everybody_unless_clients_are_named() -> None:
    assert policy("default", "api")["ingress"] == [{"ports": [{"port": "http"}]}]
    (rule,) = policy("netpol", "api")["ingress"]
    assert namespaces(rule["from"]) == ["ingress-nginx", "call-centre", "monitoring"]
    assert components(rule["from"]) == ["check", "webui"]
    (rule,) = policy("netpol", "webui")["ingress"]
    assert namespaces(rule["from"]) == ["ingress-nginx", "call-centre"]


def test_the_worker_answers_prometheus_alone() -> None:
    (rule,) = policy("netpol", "worker")["ingress"]
    assert namespaces(rule["from"]) == ["monitoring"]


def test_the_api_reaches_names_and_redis_and_nothing_else() -> None:
    names, *others = policy("default", "api")["egress"]
    assert {port["port"] for port in names["ports"]} == {53}
    assert [components(rule["to"]) for rule in others] == [["redis-cache"], ["redis-jobs"]]


def test_the_api_reaches_what_is_configured() -> None:
    egress = policy("netpol", "api")["egress"]
    assert [rule["ports"] for rule in egress[-2:]] == [[{"port": 443}], [{"port": 4318}]]
    (everywhere, _) = egress[-2]["to"]
    assert everywhere["ipBlock"]["except"] == ["169.254.169.254/32"], "credentials of the node"
    external = policy("external-redis", "worker")["egress"]
    assert {"ports": [{"port": 6379}, {"port": 6380}]} in external
    assert [{"port": 443}] in [rule["ports"] for rule in policy("modelscope", "api")["egress"]]


def test_the_web_page_reaches_the_api_alone() -> None:
    names, *others = policy("default", "webui")["egress"]
    assert {port["port"] for port in names["ports"]} == {53}
    assert [components(rule["to"]) for rule in others] == [["api"]]
