"""What the types of Prometheus Operator, KEDA and the Gateway API say of objects, by way of TypeScript."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path

from tests.helm.rendering import Manifest
from tests.tools import npm

_FOLDER = Path(__file__).parent / "node"
_PACKAGES = {
    "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator",
    "keda.sh/v1alpha1": "@kubernetes-models/keda",
    "gateway.networking.k8s.io/v1": "@kubernetes-models/gateway-api",
}
_COMPILING = ("--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022")


def is_custom(manifest: Manifest) -> bool:
    """Whether Kubernetes itself does not know the kind."""
    return manifest["apiVersion"] in _PACKAGES


def install() -> None:
    """Puts the packages of the lock file into ``node_modules``, where they are not there yet."""
    program = str(npm())
    lock = hashlib.sha256((_FOLDER / "package-lock.json").read_bytes()).hexdigest()
    mark = _FOLDER / "node_modules" / ".lock"
    if not mark.exists() or mark.read_text("ascii") != lock:
        command = [program, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
        subprocess.run(command, cwd=_FOLDER, check=True)
        mark.write_text(lock, "ascii")


def unknown_fields(manifests: list[Manifest]) -> list[list[str]]:
    """For each object, the compiler's words on fields that its type does not have, or not so.

    The API server would drop such a field without a word.
    """
    with tempfile.TemporaryDirectory(dir=_FOLDER, prefix="compiled-") as folder:
        for number, manifest in enumerate(manifests):
            kind, version = manifest["kind"], manifest["apiVersion"]
            module = f"{_PACKAGES[version]}/{version}/{kind}"
            lines = (
                f'import type {{ I{kind} }} from "{module}"',
                f"const it: I{kind} = {json.dumps(manifest)}",
            )
            (Path(folder) / f"object{number}.ts").write_text(";\n".join(lines), "utf-8")
        sources = sorted(str(file) for file in Path(folder).iterdir())
        command = [str(_FOLDER / "node_modules" / ".bin" / "tsc"), *_COMPILING, *sources]
        ran = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, check=False)
    said = re.findall(r"object(\d+)\.ts\(.*?\): error (.*)", ran.stdout)
    assert bool(said) == bool(ran.returncode), ran.stdout + ran.stderr
    return [[words for number, words in said if int(number) == place] for place in range(len(manifests))]


def wrong_values(manifests: list[Manifest]) -> list[str | None]:
    """For each object, what its own rules find wrong with its values."""
    command = ["node", str(_FOLDER / "validate.mjs")]
    asked = json.dumps(manifests)
    ran = subprocess.run(command, cwd=_FOLDER, input=asked, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    complaints: list[str | None] = json.loads(ran.stdout)
    return complaints
