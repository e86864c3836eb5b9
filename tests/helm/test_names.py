"""Names are short enough, and what points at something by name or label points at something."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.helm.rendering import CASES, Manifest, containers, found, pods, rendered

EVERYTHING = ["default", *CASES]
SELECTING = ("Deployment", "StatefulSet", "Service", "PodDisruptionBudget", "NetworkPolicy", "PodMonitor")
LONG = "a-release-with-a-name-as-long-as-helm-lets-it-be-x53x"


def labels(manifest: Manifest) -> dict[str, str]:
    given: dict[str, str] = manifest["metadata"].get("labels", {})
    return given


def selected(manifests: list[Manifest], selector: dict[str, str]) -> list[str]:
    """Names of the workloads whose pods a selector selects."""
    return [
        name
        for name, pod in pods(manifests)
        if selector.items() <= labels(pod).items() and not name.startswith("Pod ")
    ]


@pytest.mark.parametrize("case", EVERYTHING)
def test_names_and_labels_are_short_enough_for_the_longest_release_name(case: str) -> None:
    assert len(LONG) == 53
    for manifest in rendered(case, release=LONG):
        metadata = manifest["metadata"]
        suffix = "-1234567890" if manifest["kind"] in ("StatefulSet", "Deployment") else ""
        longest = 253 if manifest["kind"] == "ConfigMap" else 63
        assert len(metadata["name"] + suffix) <= longest, metadata["name"]
        assert all(len(value) <= 63 for value in labels(manifest).values()), metadata["name"]


@pytest.mark.parametrize("case", EVERYTHING)
def test_each_name_is_there_once(case: str) -> None:
    names = [(one["kind"], one["metadata"]["name"]) for one in rendered(case)]
    assert len(names) == len(set(names))


def test_the_contracts_names() -> None:
    manifests = rendered("default")
    by_kind: dict[str, list[str]] = defaultdict(list)
    for one in manifests:
        by_kind[one["kind"]].append(one["metadata"]["name"])
    assert sorted(by_kind["Deployment"]) == ["qingsheng-api", "qingsheng-webui", "qingsheng-worker"]
    assert sorted(by_kind["StatefulSet"]) == ["qingsheng-redis-cache", "qingsheng-redis-jobs"]
    ports = {name: found(manifests, "Service", name)["spec"]["ports"][0] for name in by_kind["Service"]}
    assert {name: (port["name"], port["port"]) for name, port in ports.items()} == {
        "qingsheng-api": ("http", 8080),
        "qingsheng-webui": ("http", 80),
        "qingsheng-redis-cache": ("redis", 6379),
        "qingsheng-redis-jobs": ("redis", 6379),
    }


def test_a_release_of_another_name_has_the_charts_name_behind_it() -> None:
    assert found(rendered("default", release="speech"), "Deployment", "speech-qingsheng-api")
    assert found(rendered("default", release="my-qingsheng"), "Deployment", "my-qingsheng-api")
    assert found(rendered("volume"), "Deployment", "speech-api")


@pytest.mark.parametrize("case", EVERYTHING)
def test_selectors_select_one_workloads_pods(case: str) -> None:
    manifests = rendered(case)
    for one in (one for one in manifests if one["kind"] in SELECTING):
        selector = one["spec"]["podSelector" if one["kind"] == "NetworkPolicy" else "selector"]
        (workload,) = selected(manifests, selector.get("matchLabels", selector))
        assert workload.endswith(f" {one['metadata']['name']}"), one["kind"]


@pytest.mark.parametrize("case", EVERYTHING)
def test_services_ports_are_ports_of_the_pods(case: str) -> None:
    manifests = rendered(case)
    ports = {
        name.split(":")[0].split()[1]: {port["name"] for port in container.get("ports", [])}
        for name, container in containers(manifests)
        if container.get("ports")
    }
    for service in (one for one in manifests if one["kind"] == "Service"):
        assert service["spec"]["ports"][0]["targetPort"] in ports[service["metadata"]["name"]]


@pytest.mark.parametrize("case", EVERYTHING)
def test_what_scales_has_a_target_that_is_there_and_no_number_of_its_own(case: str) -> None:
    manifests = rendered(case)
    scaled = [one for one in manifests if one["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")]
    targets = [one["spec"]["scaleTargetRef"]["name"] for one in scaled]
    assert len(targets) == len(set(targets))
    for one in (one for one in manifests if one["kind"] == "Deployment"):
        assert ("replicas" in one["spec"]) != (one["metadata"]["name"] in targets)
    assert all(found(manifests, "Deployment", target) for target in targets)


@pytest.mark.parametrize("case", EVERYTHING)
def test_config_maps_and_secrets_that_pods_name_are_of_the_release_or_exist_already(case: str) -> None:
    manifests = rendered(case)
    own = {(one["kind"], one["metadata"]["name"]): one.get("data", {}) for one in manifests}
    theirs = {"caller", "jobs-redis", "tts-keys", "tts-callbacks", "redis-password", "our-readings"}
    for name, container in containers(manifests):
        for variable in container.get("env", []):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference and reference["name"] not in theirs:
                assert reference["key"] in own["Secret", reference["name"]], f"{name} {variable['name']}"
        for source in container.get("envFrom", []):
            assert ("ConfigMap", source["configMapRef"]["name"]) in own
    for name, pod in pods(manifests):
        for volume in pod["spec"].get("volumes", []):
            if "configMap" in volume and volume["configMap"]["name"] not in theirs:
                assert ("ConfigMap", volume["configMap"]["name"]) in own, name


def test_labels_and_annotations_for_everything_are_on_everything() -> None:
    for one in rendered("full"):
        if not one["metadata"]["name"].endswith("-extra"):
            assert labels(one)["team"] == "voice", one["kind"]
            assert one["metadata"]["annotations"]["example.com/contact"], one["kind"]


def test_prometheus_finds_the_jobs_by_the_names_that_rules_and_dashboards_use() -> None:
    manifests = rendered("full")
    service, monitor = (found(manifests, kind, "qingsheng-api") for kind in ("Service", "ServiceMonitor"))
    assert monitor["spec"]["selector"]["matchLabels"].items() <= labels(service).items()
    assert "jobLabel" not in monitor["spec"], "the job is the Service's name"
    (endpoint,) = found(manifests, "PodMonitor", "qingsheng-worker")["spec"]["podMetricsEndpoints"]
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": "qingsheng-worker"}]
