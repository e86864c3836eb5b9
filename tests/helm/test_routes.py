"""Callers outside reach what is for them, and nothing else."""

from __future__ import annotations

import pytest

from service.app import create_app
from service.parts import build_parts
from service.settings import Settings
from service.web.ops import PROBES
from tests.helm.rendering import found, rendered

Paths = list[tuple[str, str, str]]
"""Kind, path and the Service behind it."""


def ingress(case: str) -> Paths:
    rules = found(rendered(case), "Ingress", "qingsheng")["spec"]["rules"]
    return [
        (path["pathType"], path["path"], path["backend"]["service"]["name"])
        for path in rules[0]["http"]["paths"]
    ]


def gateway(case: str) -> Paths:
    rules = found(rendered(case), "HTTPRoute", "qingsheng")["spec"]["rules"]
    kinds = {"PathPrefix": "Prefix", "Exact": "Exact"}
    return [
        (kinds[match["path"]["type"]], match["path"]["value"], rule["backendRefs"][0]["name"])
        for rule in rules
        for match in rule["matches"]
    ]


def reached(paths: Paths, address: str) -> str | None:
    """The Service that an address leads to: the longest path that matches it, as both standards have it."""
    matching = [
        (kind == "Exact", len(path), service)
        for kind, path, service in paths
        if address == path or (kind == "Prefix" and (path == "/" or address.startswith(f"{path}/")))
    ]
    return max(matching)[2] if matching else None


@pytest.fixture(scope="module")
def addresses() -> set[str]:
    """All that the service answers."""
    parts = build_parts(Settings())
    try:
        return {rule.rule for rule in create_app(parts).url_map.iter_rules()}
    finally:
        parts.close()


@pytest.mark.parametrize("paths", [ingress("full"), gateway("gateway")], ids=["Ingress", "HTTPRoute"])
def test_all_the_api_is_reached_but_for_probes_and_metrics(paths: Paths, addresses: set[str]) -> None:
    assert {"/tts", "/v1/audio/speech", "/metrics"} <= addresses
    for address in addresses - {"/"}:
        expected = "qingsheng-webui" if address in PROBES else "qingsheng-api"
        assert reached(paths, address) == expected, address


def test_everything_else_is_the_web_page() -> None:
    for address in ("/", "/index.html", "/api/tts", "/ttsx"):
        assert reached(ingress("full"), address) == "qingsheng-webui"


def test_without_a_web_page_nothing_else_is_reached() -> None:
    assert reached(ingress("webui-off"), "/tts") == "qingsheng-api"
    assert reached(ingress("webui-off"), "/metrics") is None
    assert reached(ingress("webui-off"), "/") is None


def test_each_host_has_all_of_it() -> None:
    rules = found(rendered("full"), "Ingress", "qingsheng")["spec"]["rules"]
    assert [rule["host"] for rule in rules] == ["tts.example.com", "speak.example.com"]
    assert rules[0]["http"] == rules[1]["http"]


def test_streams_are_neither_held_back_nor_cut_off() -> None:
    annotations = found(rendered("full"), "Ingress", "qingsheng")["metadata"]["annotations"]
    longest = Settings().request_timeout
    assert annotations["nginx.ingress.kubernetes.io/proxy-buffering"] == "off"
    for name in ("read", "send"):
        assert float(annotations[f"nginx.ingress.kubernetes.io/proxy-{name}-timeout"]) > longest
    for rule in found(rendered("gateway"), "HTTPRoute", "qingsheng")["spec"]["rules"]:
        assert float(rule["timeouts"]["request"].removesuffix("s")) > longest
