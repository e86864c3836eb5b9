"""``GET /tts/ws``: text in pieces on a WebSocket, speech out sentence by sentence."""

from __future__ import annotations

import time
from collections.abc import Collection
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request
from flask_sock import Sock
from simple_websocket import ConnectionError as HandshakeError
from simple_websocket import Server
from werkzeug.routing.exceptions import WebsocketMismatch
from wsproto.utilities import RemoteProtocolError

from service.keys import KeyRing
from service.web.auth import authenticate
from service.web.conversation import Conversation
from service.web.engine import Engine, NotReadyError
from service.web.errors import RequestError, error_response
from service.web.intake import Intake
from service.web.limits import body_limit
from service.web.line import GoneError, Line
from service.web.messages import Cancel, End, Start, Text, read_message
from service.web.turn import tell_error

_PING_SECONDS = 25
_IDLE_SECONDS = 300.0
_KEY_SECONDS = 10.0  # for the first message of a client that owes a key
_LOOK_SECONDS = 0.5  # between two looks whether the process is about to end

_GOING_AWAY, _POLICY, _LATER = 1001, 1008, 1013  # why a WebSocket is closed, RFC 6455 section 7.4
_KEY_REFUSED = frozenset({401, 403})

_Goodbye = tuple[int, str]


def register_websocket(
    app: Flask, intake: Intake, engine: Engine, ring: KeyRing, origins: Collection[str]
) -> None:
    """Adds ``/tts/ws``. Web pages may use it that are of the same host or of ``origins``, ``*`` being all."""
    app.config["SOCK_SERVER_OPTIONS"] = {
        "ping_interval": _PING_SECONDS,
        "max_message_size": body_limit(intake.max_characters),
    }
    blueprint = Blueprint("websocket", __name__)
    blueprint.before_request(partial(_check_origin, origins))

    @Sock().route("/tts/ws", bp=blueprint)  # type: ignore[untyped-decorator]
    def converse(ws: Server) -> None:
        """Serves a connection until either side closes it."""
        g.websocket = True
        _Session(Line(ws), intake, engine, ring).run()

    app.register_blueprint(blueprint)
    app.register_error_handler(WebsocketMismatch, _no_websocket)
    for error in (HandshakeError, RemoteProtocolError):
        app.register_error_handler(error, _bad_handshake)


class _Session:
    """A connection, from the first message to the goodbye."""

    def __init__(self, line: Line, intake: Intake, engine: Engine, ring: KeyRing) -> None:
        self._line, self._intake, self._engine, self._ring = line, intake, engine, ring
        self._conversation = Conversation(line, intake)
        self._begun = self._heard = time.monotonic()

    def run(self) -> None:
        goodbye = _GOING_AWAY, ""
        try:
            goodbye = self._refusal() or self._converse()
        except GoneError:
            pass
        finally:
            self._conversation.leave()
            self._line.close(*goodbye)

    def _refusal(self) -> _Goodbye | None:
        """Says so when nothing can be spoken here, now."""
        try:
            if self._engine.draining:
                raise NotReadyError("The service is about to end; try again in a moment.")
            _ = self._engine.synthesizer
        except NotReadyError as error:
            tell_error(self._line, error, ended=True)
            return _LATER, "not ready"
        return None

    def _converse(self) -> _Goodbye:
        while True:
            data = self._line.receive(_LOOK_SECONDS)
            if goodbye := self._time_to_go():
                return goodbye
            if data is None:
                continue
            self._heard = time.monotonic()
            try:
                self._conversation.heed(self._read(data))
            except GoneError:
                raise
            except Exception as error:
                tell_error(self._line, error, ended=not self._conversation.speaking)
                if isinstance(error, RequestError) and error.status in _KEY_REFUSED:
                    return _POLICY, error.code

    def _read(self, data: str | bytes) -> Start | Text | End | Cancel:
        """Reads a message of a client that may say something."""
        try:
            message = read_message(data)
        except RequestError:
            authenticate(self._ring, None)
            raise
        authenticate(self._ring, message.api_key if isinstance(message, Start) else None)
        return message

    def _time_to_go(self) -> _Goodbye | None:
        now = time.monotonic()
        if self._engine.draining and not self._conversation.speaking:
            return _GOING_AWAY, "service restart"
        if self._ring and "key_name" not in g and now - self._begun > _KEY_SECONDS:
            return _POLICY, "key_missing"
        if now - max(self._heard, self._line.used) > _IDLE_SECONDS:
            return _GOING_AWAY, "idle"
        return None


def _check_origin(origins: Collection[str]) -> None:
    """Refuses web pages that CORS would keep from the other routes; browsers do not ask it for WebSockets."""
    origin = request.headers.get("Origin")
    if origin is None or "*" in origins or origin in origins or urlsplit(origin).netloc == request.host:
        return
    message = "Web pages of this origin may not speak here; TTS_CORS_ORIGINS lists those that may."
    raise RequestError(message, "origin_not_allowed", 403)


def _no_websocket(_: WebsocketMismatch) -> Response:
    message = "/tts/ws takes WebSocket connections only, and no other address does."
    response = error_response(426, "upgrade_required", message)
    response.headers["Upgrade"] = "websocket"
    return response


def _bad_handshake(_: Exception) -> Response:
    return error_response(
        400, "bad_handshake", "This is not how a WebSocket connection is opened; see RFC 6455."
    )
