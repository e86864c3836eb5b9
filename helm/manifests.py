"""``python -m helm.manifests HELM`` renders the chart into ``k8s/``, for clusters without Helm."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from helm.rendering import rendered
from helm.writing.dumping import dumped
from helm.writing.folder import write_folder

FOLDER = Path(__file__).parent.parent / "k8s"

_VALUES = Path(__file__).parent / "small-cluster.yaml"
_NAME = "qingsheng"
_HEAD = "# `make manifests` writes this file from the chart and helm/small-cluster.yaml.\n"
_COMPONENT = "app.kubernetes.io/component"
_OF_HELM = ("helm.sh/chart", "app.kubernetes.io/managed-by")
_RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}

Manifest = dict[str, Any]


def manifests(helm: Path) -> dict[str, str]:
    """The files of ``k8s/`` by name, as ``helm``, of any version, renders them now.

    Raises:
        subprocess.CalledProcessError: the chart cannot be rendered.
    """
    text = rendered(helm, _NAME, _NAME, "--values", str(_VALUES), "--skip-tests")
    files = defaultdict(list, {"namespace.yaml": [_namespace()]})
    for manifest in yaml.safe_load_all(text):
        if manifest:
            files[_file(manifest)].append(_without_helm(manifest))
    files["kustomization.yaml"] = [_kustomization(list(files))]
    return {name: _HEAD + _sorted(content) for name, content in files.items()}


def _file(manifest: Manifest) -> str:
    """One file for each part of the service, and one for what they share."""
    return f"{manifest['metadata']['labels'].get(_COMPONENT, 'common')}.yaml"


def _without_helm(manifest: Manifest) -> Manifest:
    for label in _OF_HELM:
        del manifest["metadata"]["labels"][label]
    return manifest


def _namespace() -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAME, "labels": _RESTRICTED}}


def _kustomization(files: list[str]) -> Manifest:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": _NAME,
        "resources": sorted(files),
    }


def _sorted(content: list[Manifest]) -> str:
    ordered = sorted(content, key=lambda manifest: manifest["kind"])
    return dumped(ordered, starts=True)


def main() -> None:
    """Writes the files, and removes what is not among them any more."""
    write_folder(FOLDER, manifests(Path(sys.argv[1])), "*.yaml")


if __name__ == "__main__":
    main()
