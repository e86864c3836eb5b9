"""``POST /tts/stream``: text in, speech out while it is being made."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from typing import Any

from flask import Blueprint, Response, copy_current_request_context, current_app, g, request

from service.ahead import Ahead
from service.audio.encode import FORMATS
from service.audio.stream_encoder import StreamEncoder
from service.renderer import Renderer
from service.request import SpeechRequest
from service.runtime.patience import CancelledError, Patience
from service.speech import Chunk
from service.web.errors import RequestError
from service.web.intake import Intake
from service.web.lifecycle import facts
from service.web.peer import Peer
from service.web.schemas import read_body

_LOOK_SECONDS = 0.25  # between two looks at a client that waits
_PIECE = 16 * 1024  # bytes of a write, which has 30 s: a client that listens takes them in time


def stream_blueprint(intake: Intake) -> Blueprint:
    """``POST /tts/stream``."""
    blueprint = Blueprint("stream", __name__)

    @blueprint.post("/tts/stream")
    def stream() -> Response:
        """Speaks a text, and sends each piece of it as soon as it is made."""
        asked = read_body(SpeechRequest)
        if asked.response != "audio":
            raise RequestError("Field 'response' must be audio for a stream.", "invalid_field")
        return streamed(asked, intake.renderer, intake.take(asked))

    return blueprint


def streamed(asked: SpeechRequest, renderer: Renderer, patience: Patience) -> Response:
    """Answers with a body that is made while it is sent. The first of it is there when this returns.

    What goes wrong later breaks the body off, and the log has its code.

    Raises:
        SpeechError, FrontEndError, BusyError, PatienceError, VoiceError: as ``Synthesizer.stream`` says.
    """
    told, peer = facts(), Peer(request.environ.get("gunicorn.socket"))
    with ExitStack() as stack:
        ahead = stack.enter_context(Ahead(renderer.stream(asked, patience), patience))
        chunks = _attended(ahead, peer, told)
        first = next(chunks)
        patience.prolong()
        rate = asked.sample_rate or first.sample_rate
        encoder = StreamEncoder(asked.format, first.sample_rate, rate)
        body = _Body(chain([first], chunks), encoder, peer, told, patience)
        stack.callback(body.end)
        response = Response(body.pieces(), mimetype=FORMATS[asked.format])
        response.headers["X-Audio-Sample-Rate"] = str(rate)
        response.headers["X-Accel-Buffering"] = "no"
        response.headers["Cache-Control"] = "no-store"
        response.call_on_close(stack.pop_all().close)
    return response


def _attended(chunks: Ahead, peer: Peer, told: dict[str, Any]) -> Iterator[Chunk]:
    """Yields the chunks as long as there is somebody to hear them.

    Raises:
        CancelledError: the client has left.
    """
    while True:
        while not chunks.wait(_LOOK_SECONDS):
            if peer.gone():
                told["cancelled"] = True
                raise CancelledError("The client has left.")
        chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk


class _Body:
    """The body of an answer, on its way from chunks to pieces of a file; at its end it tells the log."""

    def __init__(
        self,
        chunks: Iterator[Chunk],
        encoder: StreamEncoder,
        peer: Peer,
        told: dict[str, Any],
        patience: Patience,
    ) -> None:
        """Call it while the request is being served; ``told`` are its facts."""
        self._chunks, self._encoder, self._peer = chunks, encoder, peer
        self._told, self._patience = told, patience
        self._code_of = _coding()
        self._seconds = 0.0
        self._whole = False

    def pieces(self) -> Iterator[bytes]:
        """Yields the bytes.

        Raises:
            ConnectionResetError: it breaks off. Servers take that for a lost connection and end it without
                the mark of a whole body, so that the client can tell; they do not log the reason, which
                may have the text in it.
        """
        self._peer.hurry()
        try:
            for data in self._encoded():
                for start in range(0, len(data), _PIECE):
                    yield data[start : start + _PIECE]
        except Exception as error:
            if not self._told.get("cancelled"):
                self._told["code"] = self._code_of(error)
            raise ConnectionResetError(errno.ECONNRESET, "The stream broke off.") from None
        self._whole = True

    def end(self) -> None:
        """Tells how it went, and leaves the connection to the next request if there can be one."""
        self._told["audio_seconds"] = round(self._seconds, 3)
        if self._whole:
            self._peer.release()
            return
        if "code" not in self._told:
            self._told["cancelled"] = True
        self._peer.hang_up()

    def _encoded(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            data = self._encoder.push(chunk.samples)
            if data and "first_audio_ms" not in self._told:
                self._told["first_audio_ms"] = round(self._patience.elapsed() * 1000, 1)
            yield data
            self._seconds += len(chunk.samples) / chunk.sample_rate
        self._told["audio_seconds"] = round(self._seconds, 3)
        yield self._encoder.close()


def _coding() -> Callable[[Exception], str]:
    """Gives what logs an error as any other of the request that is being served, and tells its code."""
    request_id = g.request_id

    @copy_current_request_context
    def code_of(error: Exception) -> str:
        g.request_id = request_id
        current_app.handle_user_exception(error)
        return str(g.error_code)

    return code_of
