"""The server's end of a WebSocket: what several threads may send on it."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import LocalProtocolError

_SEND_SECONDS = 30.0
_SEND_BUFFER = 64 * 1024  # bytes; about 1.3 s of speech that a cancel finds on its way
_GOODBYE_SECONDS = 1.0
_INBOX = 64  # messages
_LOOK_SECONDS = 0.02


class GoneError(Exception):
    """The client has left, or does not read any longer."""


class Line:
    """Sends events and audio, each as a whole, from any thread.

    Attributes:
        lock: whoever holds it is the only one to send.
        used: when something was sent last, by the monotonic clock.
    """

    def __init__(self, ws: Server) -> None:
        """Takes a connection on which nothing was sent yet."""
        self.lock = threading.RLock()
        self.used = time.monotonic()
        self._ws = ws
        self._socket = _SteadySocket(ws.sock, ws.input_buffer)
        ws.sock = self._socket

    def event(self, kind: str, **fields: object) -> None:
        """Sends a JSON event of that type.

        Raises:
            GoneError: the client has left.
        """
        self._send(json.dumps({"type": kind, **fields}, ensure_ascii=False))

    def audio(self, frame: bytes) -> None:
        """Sends a binary frame.

        Raises:
            GoneError: the client has left.
        """
        self._send(frame)

    def receive(self, seconds: float) -> str | bytes | None:
        """Waits for the next message; None if none comes in that time.

        Raises:
            GoneError: the client has left.
        """
        try:
            message: str | bytes | None = self._ws.receive(timeout=seconds)
        except ConnectionClosed as error:
            raise GoneError from error
        return message

    def close(self, code: int, reason: str) -> None:
        """Says goodbye, and gives the client a second to answer; without an effect if it has left."""
        with self.lock, suppress(ConnectionClosed, OSError, LocalProtocolError):
            self._ws.close(code, reason)
        self._ws.thread.join(_GOODBYE_SECONDS)
        self._socket.hang_up()

    def _send(self, data: str | bytes) -> None:
        with self.lock:
            try:
                self._ws.send(data)
            except (ConnectionClosed, OSError, LocalProtocolError) as error:
                self._socket.hang_up()  # a part of the message may have gone, so none can follow
                raise GoneError from error
            self.used = time.monotonic()


class _SteadySocket:
    """A socket as the WebSocket library uses it, with what that takes for granted.

    Messages go out whole, though pings and pongs come from another thread. Sending fails when the client
    takes nothing for 30 s. A client that sends faster than it is served has to wait.
    """

    def __init__(self, connection: socket.socket, inbox: list[str | bytes]) -> None:
        """``inbox`` has the messages that came and were not taken yet."""
        self._socket, self._inbox = connection, inbox
        self._lock = threading.Lock()
        self._over = False
        with suppress(OSError):  # the client may have left by now
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            connection.settimeout(_SEND_SECONDS)

    def send(self, data: bytes) -> int:
        with self._lock:
            self._socket.sendall(data)
        return len(data)

    def recv(self, size: int) -> bytes:
        while len(self._inbox) >= _INBOX and not self._over:
            time.sleep(_LOOK_SECONDS)
        return self._socket.recv(size)

    def hang_up(self) -> None:
        """Ends the connection in both directions, and wakes whoever waits on it."""
        self._over = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.hang_up()  # closing alone would not wake who is sending
        self._socket.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)
