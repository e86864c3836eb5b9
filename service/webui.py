"""The web page beside the service, as ``make run`` has it: nginx on a port of its own.

In production nginx runs in a container of its own, with the same template. Where there is no nginx, or it
does not start, the service itself serves the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.announcement import reachable
from service.nginx import Nginx, NginxError, find_nginx
from service.settings import Settings
from service.web.page import with_page

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

FOLDER = Path(__file__).parent.parent / "webui"
PUBLIC = FOLDER / "public"
TEMPLATE = FOLDER / "nginx" / "default.conf.template"


class NoWebuiError(Exception):
    """The page's files are not here; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Webui:
    """How the page is served.

    Attributes:
        url: where it is.
        inside: the service itself has to serve it.
        note: why that is so, a sentence for people; empty where nothing is amiss.
    """

    url: str
    inside: bool = False
    note: str = ""


@contextmanager
def beside(settings: Settings) -> Iterator[Webui]:
    """Serves the page until the context ends.

    Raises:
        NoWebuiError: this is not a checkout.
    """
    if not PUBLIC.is_dir():
        raise NoWebuiError("The page's files are not here: they are in a checkout only, in webui/.")
    host = reachable(settings.host)
    nginx, note = find_nginx(), "There is no nginx here, so the service itself serves the page."
    if nginx:
        configuration = render(settings, f"http://{host}:{settings.port}")
        try:
            with Nginx(nginx, configuration, f"http://{host}:{settings.webui_port}/webui-healthz"):
                yield Webui(f"http://{host}:{settings.webui_port}/")
            return
        except NginxError as error:
            note = f"{error} So the service itself serves the page."
    yield Webui(f"http://{host}:{settings.port}/", inside=True, note=note)


def within(service: WSGIApplication) -> WSGIApplication:
    """The service with the page inside."""
    return with_page(service, PUBLIC, TEMPLATE)


def render(settings: Settings, api_url: str, public: Path = PUBLIC) -> str:
    """The template as the container has it, but for where nginx listens and where the files are.

    Args:
        settings: tell where the page is to be.
        api_url: of the service, without a slash at its end.
        public: the folder of the page's files.
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    text = TEMPLATE.read_text("utf-8").replace("${QINGSHENG_API_URL}", api_url)
    for inside, here in (
        ("listen 8080;", f"listen {host}:{settings.webui_port};"),
        ("root /usr/share/nginx/html;", f'root "{public}";'),
    ):
        if text.count(inside) != 1:
            raise ValueError(f"The template must have {inside!r} once.")
        text = text.replace(inside, here)
    return text
