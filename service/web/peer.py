"""The client at the other end of a connection."""

from __future__ import annotations

import select
import socket
from contextlib import suppress

_WRITE_SECONDS = 30.0


class Peer:
    """Whom a stream goes to. Where the server does not tell its socket, the peer never seems to leave."""

    def __init__(self, connection: socket.socket | None) -> None:
        """Takes gunicorn's socket; the request must have been read from it."""
        self._connection = connection

    def gone(self) -> bool:
        """Whether the client has closed the connection, even if nothing is being sent just now."""
        if self._connection is None:
            return False
        look = select.poll()
        try:
            look.register(self._connection, select.POLLIN)
            # What can be read is the next request, or the end.
            return bool(look.poll(0)) and not self._connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):  # reset; or closed on this side
            return True

    def hurry(self) -> None:
        """Has each write fail that takes longer than 30 s, so that nobody holds a thread without reading."""
        if self._connection is not None:
            self._connection.settimeout(_WRITE_SECONDS)

    def release(self) -> None:
        """Leaves the connection as it was, for the next request."""
        if self._connection is not None:
            self._connection.settimeout(None)

    def hang_up(self) -> None:
        """Ends the connection after what has been sent.

        gunicorn would wait for the client to do so, for 2 s in the thread that takes all new requests.
        """
        if self._connection is not None:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
