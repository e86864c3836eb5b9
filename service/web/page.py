"""The web page, served by the service itself: for trying it out on a machine without nginx."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, send_from_directory
from werkzeug.middleware.dispatcher import DispatcherMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEADER = re.compile(r'^\s*add_header (\S+) "([^"]*)" always;', re.MULTILINE)
_INDEX = "index.html"


def with_page(service: WSGIApplication, public: Path, template: Path) -> WSGIApplication:
    """The service with the page at ``/``, and itself at ``/api/`` as well, where the page looks for it.

    Args:
        service: keeps all addresses that the page has no file for.
        public: the folder of the page's files.
        template: nginx's, whose headers the files get here, too.
    """
    names = {path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()}
    addresses = {"/", *(f"/{name}" for name in names)}
    page = _files(public, dict(_HEADER.findall(template.read_text("utf-8"))))

    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        chosen = page if environ.get("PATH_INFO") in addresses else service
        return chosen(environ, start_response)

    return DispatcherMiddleware(choose, {"/api": service})


def _files(public: Path, headers: dict[str, str]) -> Flask:
    app = Flask("page", static_folder=None)

    @app.get("/", defaults={"name": _INDEX})
    @app.get("/<path:name>")
    def file(name: str) -> Response:
        response = send_from_directory(public, name)
        response.headers.update(headers)
        return response

    return app
