"""A client of ``/tts/ws``, and a server on a free port for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import websocket
from flask import Flask
from werkzeug.serving import make_server

SECONDS = 30.0  # how long a slow machine may take for anything
LAST = frozenset({"done", "cancelled", "error"})


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The port at which an application answers, each request in a thread of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()


@dataclass
class Heard:
    """What came up to the end of an utterance: all events, and the audio in the frames it came in."""

    events: list[dict[str, Any]] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]

    @property
    def audio(self) -> bytes:
        return b"".join(self.frames)

    @property
    def sentences(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == "sentence"]


class Caller:
    """A connection; each wait for something ends after ``SECONDS`` with an error."""

    def __init__(self, port: int, path: str = "/tts/ws", **options: Any) -> None:
        self.ws = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", SECONDS, **options)

    def say(self, kind: str, **fields: object) -> None:
        self.ws.send(json.dumps({"type": kind, **fields}))

    def speak(self, *pieces: str) -> None:
        for piece in pieces:
            self.say("text", text=piece)

    def hear(self, *kinds: str) -> Heard:
        """Listens up to an event of one of these types, or else to the last of an utterance."""
        heard = Heard()
        while True:
            message = self.ws.recv()
            if isinstance(message, bytes):
                heard.frames.append(message)
                continue
            heard.events.append(json.loads(message))
            if heard.last["type"] in (kinds or LAST):
                return heard

    def goodbye(self) -> int:
        """Waits for the server to close the connection, and gives the code it says."""
        while True:
            opcode, data = self.ws.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big")

    def hang_up(self) -> None:
        self.ws.close()
