"""``k8s/`` is what the chart renders now, and enough to apply."""

from __future__ import annotations

import subprocess

import pytest
import yaml

from helm.manifests import FOLDER, manifests
from tests.helm.rendering import MAJORS, Manifest
from tests.tools import helm, kubectl


@pytest.fixture(scope="module")
def built() -> list[Manifest]:
    """What ``kubectl apply -k`` would send."""
    ran = subprocess.run([kubectl(), "kustomize", FOLDER], capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(ran.stdout))


@pytest.mark.parametrize("major", MAJORS)
def test_the_files_are_up_to_date(major: int) -> None:
    files = {file.name: file.read_text("utf-8") for file in FOLDER.iterdir()}
    assert files == manifests(helm(major)), "run make manifests"


def test_everything_lies_in_one_namespace_that_lets_restricted_pods_in_alone(built: list[Manifest]) -> None:
    (namespace,) = (one["metadata"] for one in built if one["kind"] == "Namespace")
    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    others = [one["metadata"] for one in built if one["kind"] != "Namespace"]
    assert {metadata["namespace"] for metadata in others} == {namespace["name"]}


def test_there_is_a_service_with_all_its_parts(built: list[Manifest]) -> None:
    workloads = [one["metadata"]["name"] for one in built if one["kind"] in ("Deployment", "StatefulSet")]
    assert sorted(workloads) == [
        "qingsheng-api",
        "qingsheng-redis-cache",
        "qingsheng-redis-jobs",
        "qingsheng-webui",
        "qingsheng-worker",
    ]


def test_no_secret_lies_in_the_repository(built: list[Manifest]) -> None:
    assert [one for one in built if one["kind"] == "Secret"] == []
    assert "secretKeyRef" not in yaml.safe_dump_all(built)


def test_redis_without_a_password_is_guarded_by_a_policy(built: list[Manifest]) -> None:
    guarded = {one["metadata"]["name"] for one in built if one["kind"] == "NetworkPolicy"}
    assert {"qingsheng-redis-cache", "qingsheng-redis-jobs"} <= guarded


def test_nothing_says_that_helm_manages_it(built: list[Manifest]) -> None:
    assert "helm" not in yaml.safe_dump_all(built).lower()
