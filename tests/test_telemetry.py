"""ONNX Runtime reports nothing about how it is used, to nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_it_keeps_neither_an_identity_nor_reports(tmp_path: Path) -> None:
    quiet = ("CI", "ORT_DISABLE_TELEMETRY")  # with these it would be quiet by itself
    own = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name not in quiet} | own
    subprocess.run([sys.executable, "-c", "import service.runtime.sessions"], env=environment, check=True)
    assert not list(tmp_path.iterdir())
