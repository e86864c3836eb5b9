"""The Dockerfile: what linters say of it, and what a build sees of the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
TOOLS = Path(sys.executable).parent
HADOLINT = (str(TOOLS / "hadolint"), "--no-color", "--failure-threshold", "style")
TRIVY = (str(TOOLS / "trivy"), "config", "--quiet", "--skip-check-update", "--exit-code", "1")


def found(command: tuple[str, ...], dockerfile: str, folder: Path) -> str:
    """What a linter prints, nothing where it has no complaint."""
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    done = subprocess.run(
        [*command, str(folder / "Dockerfile")], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


def test_hadolint_has_no_complaint(tmp_path: Path) -> None:
    assert found(HADOLINT, DOCKERFILE, tmp_path) == ""
    assert "DL3025" in found(HADOLINT, DOCKERFILE.replace('["qingsheng"]', "qingsheng"), tmp_path)


def test_trivy_finds_nothing_of_weight(tmp_path: Path) -> None:
    heavy = (*TRIVY, "--severity", "HIGH,CRITICAL")
    assert found(heavy, DOCKERFILE, tmp_path) == ""
    assert "root" in found(heavy, re.sub(r"^USER .*$", "", DOCKERFILE, flags=re.MULTILINE), tmp_path)


@pytest.fixture(scope="module")
def context() -> set[str]:
    """Paths that a build of this checkout may copy, as Docker reads .dockerignore."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    return set(exclude_paths(str(ROOT), [line for line in lines if line and not line.startswith("#")]))


def test_all_that_is_copied_is_seen(context: set[str]) -> None:
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    sources = {source for copy in copies for source in copy.split()}
    assert len(sources) > 5
    assert sources <= context


def test_nothing_else_is_seen(context: set[str]) -> None:
    known = ("service", "requirements", "voices/served", "webui/nginx", "webui/public")
    others = {path for path in context if not path.startswith(known)} - {"voices", "webui"}
    assert others == {".dockerignore", "Dockerfile", "LICENSE", "NOTICE", "README.md", "pyproject.toml"}


def test_what_this_machine_made_is_not_seen(tmp_path: Path) -> None:
    own = ["service/app.py", "service/text/data/words.tsv"]
    made = [
        *("service/__pycache__/app.cpython-311.pyc", "service/runtime/native/_kernels.so", "service/.env"),
        *(".env", ".git/config", ".venv/pyvenv.cfg", "tests/test_app.py", "webui/node_modules/x.js"),
    ]
    for name in own + made:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    seen = exclude_paths(str(tmp_path), [line for line in lines if line and not line.startswith("#")])
    assert sorted(path for path in seen if (tmp_path / path).is_file()) == own
