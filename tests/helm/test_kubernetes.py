"""Kubernetes, Prometheus Operator, KEDA and the Gateway API would take what is rendered."""

from __future__ import annotations

import json
from collections.abc import Iterable

import kubernetes_validate
import pytest
import yaml

from tests.helm.custom_types import install, is_custom, unknown_fields, wrong_values
from tests.helm.rendering import CASES, ROOT, Manifest, rendered

VERSIONS = ("1.27", "1.32", "1.36")


def plain_manifests() -> list[Manifest]:
    files = sorted((ROOT / "k8s").glob("*.yaml"))
    loaded = [one for file in files for one in yaml.safe_load_all(file.read_text("utf-8"))]
    return [one for one in loaded if one["kind"] != "Kustomization"]


def different(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Each of them once: cases have much in common."""
    return [json.loads(text) for text in dict.fromkeys(json.dumps(one) for one in manifests)]


@pytest.mark.parametrize("version", VERSIONS)
def test_objects_are_as_kubernetes_wants_them(version: str) -> None:
    cases = [one for case in ("default", *CASES) for one in rendered(case) if not is_custom(one)]
    manifests = different([*cases, *plain_manifests()])
    assert len(manifests) > 100
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_wrong_object_would_be_noticed() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"prots": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(service, VERSIONS[-1], strict=True)


@pytest.fixture(scope="module")
def custom() -> list[Manifest]:
    """Every custom object of all cases."""
    install()
    return different(manifest for case in CASES for manifest in rendered(case) if is_custom(manifest))


def test_custom_objects_have_no_field_that_their_type_does_not_know(custom: list[Manifest]) -> None:
    kinds = {manifest["kind"] for manifest in custom}
    monitoring = {"ServiceMonitor", "PodMonitor", "PrometheusRule"}
    assert kinds == {"HTTPRoute", "ScaledObject", "TriggerAuthentication"} | monitoring
    wrong = [{**manifest, "spec": {**manifest["spec"], "unknown": 1}} for manifest in custom]
    said = unknown_fields([*custom, *wrong])
    assert said[: len(custom)] == [[]] * len(custom)
    assert all("unknown" in words[0] for words in said[len(custom) :]), "a wrong field goes unnoticed"


def test_custom_objects_have_values_as_their_type_wants_them(custom: list[Manifest]) -> None:
    said = wrong_values([*custom, *({**manifest, "spec": 1} for manifest in custom)])
    assert said[: len(custom)] == [None] * len(custom)
    assert None not in said[len(custom) :], "a wrong value goes unnoticed"
