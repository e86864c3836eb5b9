"""The chart as Helm renders it. Each rendering is kept: the tests look at most of them many times."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.tools import helm

ROOT = Path(__file__).parent.parent.parent
CHART = ROOT / "helm" / "qingsheng"
CASES = {file.name.removesuffix("-values.yaml"): file for file in sorted((CHART / "ci").glob("*.yaml"))}
"""What installations may look like, by name."""

MAJORS = (3, 4)
NAMESPACE = "tts"
WORKLOADS = ("Deployment", "StatefulSet", "Pod")

Manifest = dict[str, Any]


@functools.cache
def run_helm(major: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Helm once for the same arguments."""
    environment = os.environ | {"GOGC": "off"}  # so short a life needs no collection of garbage
    return subprocess.run(
        [helm(major), *arguments], env=environment, capture_output=True, text=True, check=False
    )


def template(
    case: str, *arguments: str, major: int = 4, release: str = "qingsheng"
) -> subprocess.CompletedProcess[str]:
    """Has Helm render one of ``CASES``, or ``default``, with more arguments."""
    values = ["--values", str(CASES[case])] if case != "default" else []
    return run_helm(major, "template", release, str(CHART), "--namespace", NAMESPACE, *values, *arguments)


def rendered(case: str, *arguments: str, major: int = 4, release: str = "qingsheng") -> list[Manifest]:
    """The objects that Helm would install."""
    ran = template(case, *arguments, major=major, release=release)
    assert ran.returncode == 0, ran.stderr
    return [manifest for manifest in yaml.safe_load_all(ran.stdout) if manifest]


def refusal(case: str, *arguments: str, major: int = 4) -> str:
    """What Helm says where it refuses to render."""
    ran = template(case, *arguments, major=major)
    assert ran.returncode != 0, "it was rendered"
    return ran.stderr


def found(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """The one object of that kind and name."""
    (one,) = (m for m in manifests if (m["kind"], m["metadata"]["name"]) == (kind, name))
    return one


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Each workload's name, and its pods' metadata and spec."""
    for manifest in manifests:
        if manifest["kind"] in WORKLOADS:
            pod = manifest if manifest["kind"] == "Pod" else manifest["spec"]["template"]
            yield f"{manifest['kind']} {manifest['metadata']['name']}", pod


def containers(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Each container of all pods, init containers among them, with its pod's name in front."""
    for name, pod in pods(manifests):
        for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
            yield f"{name}: {container['name']}", container
