"""Pods may do nothing but their work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.helm.rendering import CASES, Manifest, containers, found, pods, rendered, template

EVERYTHING = ["default", *CASES]
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


@pytest.mark.parametrize("case", EVERYTHING)
def test_pods_are_nobody_and_know_nothing_of_the_cluster(case: str) -> None:
    for name, pod in pods(rendered(case)):
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, f"{name}: a Service named tts would set TTS_PORT"
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] in (101, 10001), name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        assert not any("hostPath" in volume for volume in spec.get("volumes", [])), name


@pytest.mark.parametrize("case", EVERYTHING)
def test_containers_are_restricted_and_have_limits(case: str) -> None:
    for name, container in containers(rendered(case)):
        assert container["securityContext"] == RESTRICTED, name
        assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
        assert "memory" in container["resources"]["limits"], name


@pytest.mark.parametrize("case", EVERYTHING)
def test_what_is_writable_has_a_limit(case: str) -> None:
    for name, pod in pods(rendered(case)):
        given = [v for v in pod["spec"].get("volumes", []) if "emptyDir" in v and v["name"] != "more"]
        assert all("sizeLimit" in volume["emptyDir"] for volume in given), name


@pytest.mark.parametrize("case", EVERYTHING)
def test_what_is_mounted_is_there(case: str) -> None:
    for name, pod in pods(rendered(case)):
        claims = {"data"} if "redis-jobs" in name else set()
        volumes = {volume["name"] for volume in pod["spec"].get("volumes", [])} | claims
        every = [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
        mounts = {mount["name"] for one in every for mount in one.get("volumeMounts", [])}
        assert mounts <= volumes, name
        assert volumes - mounts <= {"data"}, name


def secrets(manifests: list[Manifest]) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] == "Secret"]


def test_what_is_secret_lies_in_secrets_alone() -> None:
    for case, values in (("full", ("example-of-a-callback-secret", "example-of-a-password", "aaaaaaaa")),):
        others = [one for one in rendered(case) if one["kind"] != "Secret"]
        text = yaml.safe_dump(others)
        assert [value for value in values if value in text.replace("checksum/secrets", "")] == []
        assert len(secrets(rendered(case))) == 2


def test_an_external_address_is_a_secret_since_it_may_hold_a_password() -> None:
    manifests = rendered("external-redis")
    assert ":example@" not in yaml.safe_dump([one for one in manifests if one["kind"] != "Secret"])
    assert set(found(manifests, "Secret", "qingsheng-secrets")["data"]) == {"cache-url"}


def test_a_password_is_made_up_where_none_is_given() -> None:
    first, second = (
        found(rendered("default", f"--set=commonLabels.a=n{n}"), "Secret", "qingsheng-redis") for n in "12"
    )
    assert first["data"]["password"] != second["data"]["password"]
    assert len(first["data"]["password"]) >= 40


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that is rendered."""
    folder = tmp_path_factory.mktemp("rendered")
    for case in EVERYTHING:
        (folder / f"{case}.yaml").write_text(template(case).stdout, "utf-8")
    return folder


def test_trivy_finds_nothing_of_weight(everything: Path) -> None:
    wrong = found(rendered("minimal"), "Deployment", "qingsheng-api")
    del wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    (everything / "wrong.yaml").write_text(yaml.safe_dump(wrong), "utf-8")
    trivy = Path(sys.executable).parent / "trivy"
    quiet = [
        "--skip-check-update",
        "--skip-version-check",
        "--disable-telemetry",
        "--quiet",
        "--format",
        "json",
    ]
    command = [str(trivy), "config", *quiet, "--format=json", "--severity=HIGH,CRITICAL", str(everything)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    results = yaml.safe_load(ran.stdout)["Results"]
    assert {result["Target"] for result in results} == {file.name for file in everything.iterdir()}
    found_in = {result["Target"] for result in results if result.get("Misconfigurations")}
    assert found_in == {"wrong.yaml"}
