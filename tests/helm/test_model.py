"""Official voices are fetched and converted once, however many pods start at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.runtime.exported import read_exported
from tests.helm.rendering import Manifest, found, rendered
from tests.models.golden_model import VOICES


def fetching(case: str = "modelscope") -> Manifest:
    spec = found(rendered(case), "Deployment", "qingsheng-api")["spec"]["template"]["spec"]
    (container,) = spec["initContainers"]
    fetch: Manifest = container
    return fetch


def start(model: Path, folder: Path, pod: str) -> subprocess.Popen[str]:
    """Starts what the init container of a pod runs, with another model and another folder."""
    container = fetching()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    there = {"MODEL": str(model), "FOLDER": str(folder), "HOSTNAME": pod, "PATH": path}
    command = [*container["command"], *container["args"]]
    return subprocess.Popen(command, env={**os.environ, **there}, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def official() -> Path:
    """A small model of the form of the official ones."""
    return VOICES["plain_emo"]


def test_two_pods_at_once_leave_one_whole_folder_and_a_third_has_nothing_to_do(
    official: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "iic--model@default"
    both = [start(official, folder, pod) for pod in ("api-1", "api-2")]
    for process in both:
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said
    assert [found.name for found in tmp_path.iterdir()] == [folder.name]
    assert [voice.name for voice in read_exported(folder)]
    written = (folder / "manifest.json").stat().st_mtime_ns
    third = start(tmp_path / "no-such-model", folder, "api-3")
    assert third.wait(60) == 0
    assert (folder / "manifest.json").stat().st_mtime_ns == written


def test_a_pod_does_not_start_without_its_model(tmp_path: Path) -> None:
    process = start(tmp_path / "no-such-model", tmp_path / "model", "api-1")
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "no-such-model" in said


def test_another_revision_is_another_folder() -> None:
    variables = {one["name"]: one.get("value") for one in fetching()["env"]}
    assert variables["FOLDER"].endswith("@v1.0.4")
    assert variables["TTS_MODEL_REVISION"] == "v1.0.4"
    assert variables["HTTPS_PROXY"] == "http://proxy.example.com:3128"


def test_only_the_one_who_fetches_may_write_the_model() -> None:
    spec = found(rendered("modelscope"), "Deployment", "qingsheng-worker")["spec"]["template"]["spec"]
    mounts = {
        one["name"]: mount.get("readOnly", False)
        for one in (*spec["initContainers"], *spec["containers"])
        for mount in one["volumeMounts"]
        if mount["name"] == "model"
    }
    assert mounts == {"fetch": False, "worker": True}


def test_pods_share_a_claim_or_have_a_folder_each() -> None:
    claim = found(rendered("modelscope"), "PersistentVolumeClaim", "qingsheng-model")
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    alone = rendered("modelscope", "--set=model.volume.create=false")
    assert [one for one in alone if one["kind"] == "PersistentVolumeClaim"] == []
    volumes = found(alone, "Deployment", "qingsheng-api")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "model", "emptyDir": {"sizeLimit": "5Gi"}} in volumes
