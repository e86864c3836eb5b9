"""The gunicorn worker that serves: threads, and no patience with clients that hold them."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import TConn, ThreadWorker

if TYPE_CHECKING:
    from service.gunicorn_conf import Server

_SEND_SECONDS = 60  # that a write may take; browsers pause a download while they play it
_SILENCE_SECONDS = 15  # in the middle of a request
_FIRST_BYTE_SECONDS = 0.05  # that a thread waits for a new connection's, before the main one does
_GOODBYE_SECONDS = 1.0
_GOODBYE_BYTES = 64 * 1024


def _say_goodbye(connection: socket.socket) -> None:
    """Gives the client a second to close the connection; what it still sends would else undo the answer.

    gunicorn would wait in the thread that takes all new requests, for 2 s with each such client.
    """
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        deadline, received = time.monotonic() + _GOODBYE_SECONDS, 0
        while received < _GOODBYE_BYTES and (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            data = connection.recv(_GOODBYE_BYTES)
            if not data:
                break
            received += len(data)
    with suppress(OSError):  # so that gunicorn finds it closed
        connection.shutdown(socket.SHUT_RDWR)


class Worker(ThreadWorker):
    """A worker that says on ``/healthz`` that it is about to end."""

    app: Server

    def handle(self, conn: TConn) -> Any:
        """Serves a connection. A client that reads or sends nothing does not hold a thread for ever."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_SECONDS, 0))
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _SILENCE_SECONDS, 0))
        if wait := getattr(conn, "wait_for_data", None):  # older versions wait without a thread
            seconds = _FIRST_BYTE_SECONDS if self.alive else _GOODBYE_SECONDS
            conn.wait_for_data = lambda timeout: wait(timeout and seconds)  # type: ignore[method-assign]
        kept = super().handle(conn)
        if not kept:
            _say_goodbye(conn.sock)
        return kept

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """Stops listening once it is to end: who waits is let in, and who comes later is refused at once.

        gunicorn would let connections wait, and reset them when the last request is done.
        """
        super().set_accept_enabled(enabled)
        if not (enabled or self.alive):
            while self.sockets:  # none is left if gunicorn calls this again
                listener = self.sockets.pop()
                while select.select([listener], [], [], 0)[0]:
                    self.accept(listener)
                listener.close()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: finishes what runs, takes nothing new, and does not wait for who has never said a word."""
        self.app.drain()
        for conn in getattr(self, "pending_conns", ()):
            conn.timeout = min(conn.timeout, time.monotonic() + _GOODBYE_SECONDS)
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT: ends at once; while libraries load without an exception, which they would not pass on."""
        self.app.drain()
        if not self.booted:
            os._exit(0)
        super().handle_quit(sig, frame)
