"""Who may call: API keys in the headers of requests."""

from __future__ import annotations

from flask import Flask, g, request

from service.keys import KeyRing
from service.web.errors import RequestError
from service.web.ops import PROBES

OPEN = PROBES | {"/openapi.json", "/docs"}
"""What is open to all, however often they ask."""

_LINKS = "/audio/"  # must play in an <audio> element, which sends no headers
_WEBSOCKET = "/tts/ws"


def register_auth(app: Flask, ring: KeyRing) -> None:
    """Asks every request for a key of ``ring``, unless that is empty or the address is open to all.

    A WebSocket without a key in its headers is let through: browsers cannot set any. Its route has to
    ``authenticate`` with the key of the first message.
    """

    @app.before_request
    def check() -> None:
        if _is_open() or _is_signed(ring):
            return
        key = _key_of_headers()
        if key is not None or request.path != _WEBSOCKET:
            authenticate(ring, key)


def authenticate(ring: KeyRing, key: str | None) -> None:
    """Lets a caller in who has a key, or has shown one before in this request.

    Afterwards ``g.key_name`` is the key's name, if ``ring`` is not empty.

    Raises:
        RequestError: 401, there is no key; 403, it is none of those in ``ring``.
    """
    if not ring or "key_name" in g:
        return
    if key is None:
        message = "An API key is needed; send it as Authorization: Bearer <key> or as X-API-Key: <key>."
        raise RequestError(message, "key_missing", 401, headers={"WWW-Authenticate": "Bearer"})
    name = ring.name_of(key)
    if name is None:
        raise RequestError("This API key is not known here; it may have been withdrawn.", "key_unknown", 403)
    g.key_name = name


def _is_open() -> bool:
    """A CORS preflight never carries a key."""
    return request.method == "OPTIONS" or request.path in OPEN


def _is_signed(ring: KeyRing) -> bool:
    """Links to audio carry the signature that the service gave them."""
    if not request.path.startswith(_LINKS):
        return False
    return ring.signed(request.path, request.args.get("signature", ""))


def _key_of_headers() -> str | None:
    """Reads no other kind of Authorization: the library fails at some that are not well-formed."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    return request.headers.get("X-API-Key") or None
