"""Images to build on where no registry can be reached, made of Debian's packages.

``python -m tests.image.stand_ins [NAME …]`` makes those that are not there yet: python, nginx, valkey. Each
has the name, the user, the paths and the entrypoint that the Dockerfile and the compose file rely on; what
else the official image holds is missing. Needs root, buildah and mmdebstrap.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_SUITE = "bookworm"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NO_MANUALS = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")]
_NO_LISTS = '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin'


@dataclass(frozen=True)
class StandIn:
    """An image that is made here.

    Attributes:
        name: that of the official image.
        packages: of Debian.
        finish: changes the root file system, whose folder it is given.
        settings: options of ``buildah config``.
    """

    name: str
    packages: tuple[str, ...]
    finish: Callable[[Path], None]
    settings: tuple[str, ...]

    def make(self) -> None:
        """Makes it, in about a minute."""
        container = _output("buildah", "from", "scratch")
        try:
            root = Path(_output("buildah", "mount", container))
            with tempfile.NamedTemporaryFile(suffix=".tar") as system:
                included = f"--include={','.join(self.packages)}"
                hooks = [*_NO_MANUALS, _NO_LISTS]
                _output("mmdebstrap", "--quiet", "--variant=minbase", included, *hooks, _SUITE, system.name)
                _output("tar", "--extract", "--file", system.name, "--directory", str(root))
            self.finish(root)
            _output("buildah", "config", "--env", f"PATH={_PATH}", *self.settings, container)
            _output("buildah", "commit", "--quiet", "--format", "docker", container, self.name)
        finally:
            _output("buildah", "rm", container)


def _python(root: Path) -> None:
    """The interpreter under the names that the official image has, and a pip that can remove itself."""
    for name in ("python", "python3", "python3.11"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3.11")
    (root / "usr/lib/python3.11/EXTERNALLY-MANAGED").unlink(missing_ok=True)
    packages = root / "usr/local/lib/python3.11/dist-packages"
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        _output(*pip, "download", "--no-deps", "--dest", folder, "pip")
        (wheel,) = Path(folder).glob("pip-*.whl")
        zipfile.ZipFile(wheel).extractall(packages)
    _write(root / "usr/local/bin/pip", '#!/bin/sh\nexec python -m pip "$@"\n')


_NGINX_CONF = """\
worker_processes auto;
error_log /dev/stderr notice;
pid /tmp/nginx.pid;
include /etc/nginx/modules-enabled/*.conf;
events { worker_connections 1024; }
http {
    client_body_temp_path /tmp/client_temp;
    proxy_temp_path /tmp/proxy_temp;
    fastcgi_temp_path /tmp/fastcgi_temp;
    uwsgi_temp_path /tmp/uwsgi_temp;
    scgi_temp_path /tmp/scgi_temp;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /dev/stdout;
    sendfile on;
    include /etc/nginx/conf.d/*.conf;
}
"""

_NGINX_ENTRYPOINT = """\
#!/bin/sh
# Fills variables of the environment whose names match NGINX_ENVSUBST_FILTER into the templates.
set -eu
names=$(env | sed 's/=.*//' | grep -E "${NGINX_ENVSUBST_FILTER:-.}" | sed 's/.*/${&}/' | tr '\\n' ' ')
for template in /etc/nginx/templates/*.template; do
    [ -e "$template" ] || continue
    [ -w /etc/nginx/conf.d ] || { echo "/etc/nginx/conf.d is not writable" >&2; break; }
    envsubst "$names" < "$template" > "/etc/nginx/conf.d/$(basename "$template" .template)"
done
exec "$@"
"""


def _nginx(root: Path) -> None:
    _write(root / "etc/nginx/nginx.conf", _NGINX_CONF)
    _write(root / "docker-entrypoint.sh", _NGINX_ENTRYPOINT)
    _add_user(root, "nginx", 101, 101)
    conf = root / "etc/nginx/conf.d"
    conf.mkdir(exist_ok=True)
    _output("chown", "-R", "101:101", str(conf))
    (root / "usr/share/nginx/html").mkdir(parents=True, exist_ok=True)


def _valkey(root: Path) -> None:
    _add_user(root, "redis", 999, 1000)
    for program in ("server", "cli"):
        (root / f"usr/local/bin/valkey-{program}").symlink_to(f"/usr/bin/redis-{program}")
    (root / "data").mkdir()
    _output("chown", "999:1000", str(root / "data"))


STAND_INS = {
    "python": StandIn(
        "docker.io/library/python:3.11-slim-bookworm",
        ("python3", "ca-certificates", "netbase", "tzdata"),
        _python,
        ("--env", "LANG=C.UTF-8", "--cmd", "python3"),
    ),
    "nginx": StandIn(
        "docker.io/nginxinc/nginx-unprivileged:1.28-alpine",
        ("nginx-light", "gettext-base", "wget"),
        _nginx,
        (
            *("--user", "101", "--port", "8080", "--stop-signal", "SIGQUIT"),
            *("--entrypoint", '["/docker-entrypoint.sh"]', "--cmd", "nginx -g 'daemon off;'"),
        ),
    ),
    "valkey": StandIn(
        "docker.io/valkey/valkey:8.1-alpine",
        ("redis-server",),
        _valkey,
        ("--port", "6379", "--workingdir", "/data", "--cmd", "redis-server"),
    ),
}


def _output(*command: str) -> str:
    """What a command printed; its errors are for whoever started this."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _add_user(root: Path, name: str, user: int, group: int) -> None:
    """A user with these numbers, in the place of any that Debian's package gave that name."""
    entries = {"passwd": f"{name}:x:{user}:{group}::/:/usr/sbin/nologin\n", "group": f"{name}:x:{group}:\n"}
    for file, entry in entries.items():
        path = root / "etc" / file
        others = [line for line in path.read_text().splitlines(True) if not line.startswith(f"{name}:")]
        path.write_text("".join([*others, entry]))


def _write(program: Path, content: str) -> None:
    program.write_text(content)
    program.chmod(0o755)


def _exists(image: str) -> bool:
    inspection = ["buildah", "inspect", "--type", "image", image]
    return subprocess.run(inspection, capture_output=True, check=False).returncode == 0


def main() -> None:
    """Makes what the command line names, or all."""
    for name in sys.argv[1:] or STAND_INS:
        stand_in = STAND_INS[name]
        if not _exists(stand_in.name):
            print(f"Making {stand_in.name} of Debian's packages ...", flush=True)
            stand_in.make()


if __name__ == "__main__":
    main()
