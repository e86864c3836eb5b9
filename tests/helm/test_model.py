"""Official voices are fetched and converted once, however many pods start at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.runtime.exported import EXPORT_VERSION, read_exported
from tests.helm.rendering import Manifest, found, rendered
from tests.models.golden_model import VOICES

VOICE = "plain_emo"
QUICK = f"--set=settings.TTS_VOICES={VOICE}", "--set=settings.TTS_PRECISION=fp32"
"""One voice, without an int8 vocoder that would have to be judged."""


def fetching(*arguments: str) -> Manifest:
    spec = found(rendered("modelscope", *arguments), "Deployment", "qingsheng-api")["spec"]["template"][
        "spec"
    ]
    (container,) = spec["initContainers"]
    fetch: Manifest = container
    return fetch


def start(model: Path, folder: Path, pod: str) -> subprocess.Popen[str]:
    """Starts what the init container of a pod runs, with another model and another folder."""
    container = fetching(*QUICK)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    there = {"MODEL": str(model), "FOLDER": str(folder), "HOSTNAME": pod, "PATH": path}
    command = [*container["command"], *container["args"]]
    return subprocess.Popen(command, env={**os.environ, **there}, stderr=subprocess.PIPE, text=True)


def test_two_pods_at_once_leave_one_whole_folder_and_a_third_has_nothing_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "iic--model@default"
    both = [start(VOICES[VOICE], folder, pod) for pod in ("api-1", "api-2")]
    for process in both:
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said
    assert [found.name for found in tmp_path.iterdir()] == [folder.name]
    (voice,) = read_exported(folder)
    assert voice.name == VOICE
    written = (folder / "manifest.json").stat().st_mtime_ns
    third = start(tmp_path / "no-such-model", folder, "api-3")
    assert third.wait(60) == 0
    assert (folder / "manifest.json").stat().st_mtime_ns == written


def test_a_pod_does_not_start_without_its_model(tmp_path: Path) -> None:
    process = start(tmp_path / "no-such-model", tmp_path / "model", "api-1")
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "no-such-model" in said


def variables(*arguments: str) -> dict[str, str]:
    return {one["name"]: one["value"] for one in fetching(*arguments)["env"]}


def test_it_is_told_where_to_fetch_what() -> None:
    told = variables()
    assert told["MODEL"] == "iic/speech_sambert-hifigan_tts_zh-cn_16k"
    assert told["TTS_MODEL_REVISION"] == "v1.0.4"
    assert told["HTTPS_PROXY"] == "http://proxy.example.com:3128"
    assert fetching()["args"] == ["--voice=zhitian_emo", "--voice=zhiyan_emo"]
    assert fetching(*QUICK)["args"] == [f"--voice={VOICE}", "--precision=int16"]


@pytest.mark.parametrize(
    "change",
    [
        "model.revision=v2",
        "model.id=owner/other",
        "settings.TTS_VOICES=zhiyan_emo",
        "settings.TTS_PRECISION=fp32",
    ],
)
def test_what_is_converted_otherwise_is_another_folder(change: str) -> None:
    assert variables(f"--set={change}")["FOLDER"] != variables()["FOLDER"]


def test_an_export_of_another_version_is_in_another_folder() -> None:
    assert f"@v1.0.4-v{EXPORT_VERSION}-" in variables()["FOLDER"]


def test_it_is_served_from_where_it_was_written() -> None:
    spec = found(rendered("modelscope"), "Deployment", "qingsheng-api")["spec"]["template"]["spec"]
    (model,) = (one["value"] for one in spec["containers"][0]["env"] if one["name"] == "TTS_MODEL")
    assert model == variables()["FOLDER"]


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
