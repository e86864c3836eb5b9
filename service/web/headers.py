"""Headers that keep browsers safe, and those of proxies that are believed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Flask, Response
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",  # somebody's speech is nobody else's business
}
_EXPOSED = (
    *("X-Request-Id", "X-Cache", "X-Audio-Seconds", "X-Audio-Sample-Rate"),
    *("Server-Timing", "Retry-After", "Location"),
)
_ALLOWED = ("Authorization", "X-API-Key", "Content-Type", "X-Request-Id", "X-Request-Timeout")
_METHODS = ("GET", "HEAD", "POST", "DELETE")
_PREFLIGHT_SECONDS = 600
_ORIGIN = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")


def register_headers(app: Flask, cors_origins: Sequence[str]) -> None:
    """Makes every response safe for browsers, and lets web pages of ``cors_origins`` read them.

    A header that a route has set stays as it is. ``*`` stands for all origins. No cookies or other
    credentials of a browser are ever asked for.

    Raises:
        ValueError: what is listed is not an origin.
    """
    for origin in cors_origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is not an origin; write * or one such as https://www.example.com.")
    app.after_request(_make_safe)
    if not cors_origins:
        return
    CORS(
        app,
        origins="*" if "*" in cors_origins else list(cors_origins),
        methods=list(_METHODS),
        allow_headers=list(_ALLOWED),
        expose_headers=list(_EXPOSED),
        max_age=_PREFLIGHT_SECONDS,
        send_wildcard=True,
        always_send=False,  # the list of origins is no business of who sends none
        intercept_exceptions=False,  # errors pass through after_request as well
    )
    if "*" not in cors_origins:
        app.after_request(_vary_by_origin)


def register_proxies(app: Flask, hops: int) -> None:
    """Takes the client's address and scheme from the last ``hops`` proxies; with 0, from the connection.

    X-Forwarded-Host is never believed: not every proxy replaces what the client wrote there, and links
    in answers would lead to wherever it says.
    """
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]


def _make_safe(response: Response) -> Response:
    for name, value in _SAFE.items():
        response.headers.setdefault(name, value)
    return response


def _vary_by_origin(response: Response) -> Response:
    """Else a cache could give the answer for one origin, or for none, to another."""
    response.vary.add("Origin")
    return response
