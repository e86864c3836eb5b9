"""Containers as a careful platform runs them: read-only, without rights, with Docker or Podman."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

PREFIX = os.environ.get("IMAGE_PREFIX", "docker.io/qingsheng")
VERSION = os.environ.get("VERSION", "0.1.0")
PATIENCE = 180.0  # seconds; how long a slow machine may take to load the voice

_HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=host")
_SCRATCH = {"/tmp": "64m", "/var/cache/qingsheng": "64m"}


@cache
def engine() -> str:
    """Docker if its engine answers, else Podman."""
    try:
        docker = subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        docker = False
    return "docker" if docker else "podman"


def command(*arguments: str, check: bool = True) -> str:
    """What the engine prints."""
    done = subprocess.run(
        [engine(), *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0 or not check, f"{engine()} {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def image(name: str) -> str:
    return f"{PREFIX}/{name}:{VERSION}"


def inspected(name: str) -> dict[str, Any]:
    """What the engine knows of an image. Docker keeps all settings in Config, Podman some above it."""
    about: dict[str, Any]
    (about,) = json.loads(command("image", "inspect", image(name)))
    return {**about, **about["Config"]}


@dataclass(frozen=True)
class Container:
    """A running container.

    Attributes:
        name: of the container.
        port: on which it listens, of this machine.
    """

    name: str
    port: int

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self.connect(method, path, body)
        try:
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def connect(self, method: str, path: str, body: object = None) -> http.client.HTTPConnection:
        """Sends a request; its answer can be read from what this gives."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        return connection

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a program within it."""
        return subprocess.run(
            [engine(), "exec", self.name, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def wait_until_ready(self, path: str = "/healthz") -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.ask("GET", path)[0] == 200:
                    return
            except OSError:
                assert self.running, self.log()
            time.sleep(0.2)
        raise AssertionError(f"it did not become ready: {self.log()}")

    @property
    def running(self) -> bool:
        return command("inspect", "--format", "{{.State.Running}}", self.name) == "true"

    def log(self) -> str:
        """What it said on both streams."""
        done = subprocess.run([engine(), "logs", self.name], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def end(self) -> int:
        """Tells it to end, by SIGTERM, and gives its exit status; killed, that would be 137."""
        command("stop", "--time", "60", self.name)
        return int(command("inspect", "--format", "{{.State.ExitCode}}", self.name))


@contextmanager
def container(
    name: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    scratch: Mapping[str, str] = _SCRATCH,
) -> Iterator[Container]:
    """Runs an image, with the user and the command that it names, until the block ends.

    Args:
        name: of the image.
        arguments: in the place of its command.
        environment: settings.
        options: more of the engine's.
        scratch: folders in memory that may be written to, with their sizes.
    """
    port = free_port()
    settings = {"TTS_HOST": "127.0.0.1", "TTS_PORT": str(port), **(environment or {})}
    variables = [f"--env={key}={value}" for key, value in settings.items()]
    folders = [f"--tmpfs={path}:rw,size={size},mode=1777" for path, size in scratch.items()]
    flags = [*_HARDENED, "--detach", "--no-healthcheck", *folders, *variables, *options]
    identity = command("run", *flags, image(name), *arguments)
    try:
        yield Container(identity, port)
    finally:
        command("rm", "--force", identity, check=False)


def output(name: str, *arguments: str, options: Sequence[str] = ()) -> str:
    """What an image prints that is run to its end, with all of the hardening."""
    folders = [f"--tmpfs={path}:rw,size={size},mode=1777" for path, size in _SCRATCH.items()]
    return command("run", "--rm", *_HARDENED, "--no-healthcheck", *folders, *options, image(name), *arguments)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
