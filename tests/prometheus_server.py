"""A real Prometheus on a free port of this machine, configured as the one for compose, but for its haste."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from tests import tools
from tests.waiting import until

CONFIGURATION = Path(__file__).parent.parent / "prometheus" / "prometheus.yml"

Series = list[dict[str, Any]]
"""Samples as the HTTP API gives them: ``metric`` with the labels, and ``value`` with time and value."""


class PrometheusServer:
    """A Prometheus as a context manager; it scrapes and evaluates its rules each second."""

    def __init__(self, folder: Path, targets: Mapping[str, str]) -> None:
        """Keeps its data in ``folder``; ``targets`` are the jobs' hosts and ports."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{free.getsockname()[1]}"
        self._folder = folder
        self._targets = targets
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PrometheusServer:
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(CONFIGURATION.parent / "rules.yml", self._folder)
        (self._folder / "prometheus.yml").write_text(yaml.safe_dump(self._configuration()), "utf-8")
        options = {
            "config.file": self._folder / "prometheus.yml",
            "storage.tsdb.path": self._folder / "data",
            "web.listen-address": self._address,
        }
        arguments = (f"--{name}={value}" for name, value in options.items())
        command: list[str | Path] = [tools.prometheus(), *arguments]
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        until(self._ready)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def query(self, expression: str) -> Series:
        """The value of an expression now.

        Raises:
            AssertionError: Prometheus cannot read or evaluate it; the message is its own.
        """
        asked = urllib.parse.urlencode({"query": expression})
        try:
            answer = json.loads(self._get(f"/api/v1/query?{asked}"))
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{expression}\n{refused.read().decode()}") from None
        series: Series = answer["data"]["result"]
        return series

    def rules(self) -> list[dict[str, Any]]:
        """All rules, each with its ``health`` and its ``lastError``."""
        groups = json.loads(self._get("/api/v1/rules"))["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def _configuration(self) -> dict[str, Any]:
        configuration: dict[str, Any] = yaml.safe_load(CONFIGURATION.read_text("utf-8"))
        configuration["global"] = {
            "scrape_interval": "1s",
            "scrape_timeout": "1s",
            "evaluation_interval": "1s",
        }
        for job in configuration["scrape_configs"]:
            del job["dns_sd_configs"]
            job["static_configs"] = [{"targets": [self._targets[job["job_name"]]]}]
        return configuration

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "prometheus.log").read_text()
        try:
            self._get("/-/ready")
        except OSError:
            return False
        return True

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://{self._address}{path}", timeout=30) as response:
            content: bytes = response.read()
        return content
