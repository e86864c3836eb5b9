"""One utterance of a conversation, on its way to the client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import asdict

from flask import current_app

from service.ahead import Ahead
from service.audio.stream_encoder import StreamEncoder
from service.runtime.patience import CancelledError
from service.speech import Chunk
from service.web.line import GoneError, Line
from service.web.utterance import Utterance

_FRAMES = 10  # in a second of audio; a cancel is heeded between two of them
_BYTES = 2  # of a sample


def tell_error(line: Line, error: Exception, *, ended: bool) -> None:
    """Sends an error as the HTTP routes would answer it, and logs it as they do. Call it while serving.

    ``ended`` says that no utterance is running any more.

    Raises:
        GoneError: the client has left.
    """
    response = current_app.make_response(current_app.handle_user_exception(error))
    retry = response.headers.get("Retry-After", type=int)
    later = {} if retry is None else {"retry_after": retry}
    line.event("error", **response.get_json(), **later, ended=ended)


class Turn:
    """Sends the sentences and the sound of an utterance, and at its end ``done``, ``cancelled`` or ``error``.

    Attributes:
        utterance: what is spoken.
        over: nothing more of it is sent.
        failed: it was ended by an error.
        seconds: of its speech that have been sent.
    """

    def __init__(self, utterance: Utterance, line: Line, sample_rate: int) -> None:
        """``sample_rate`` is that of the audio that the client gets, in Hz."""
        self.utterance = utterance
        self.over = self.failed = False
        self.seconds = 0.0
        self._line, self._rate = line, sample_rate
        self._encoder: StreamEncoder | None = None
        self._end_char = 0  # of the last sentence

    def begin(self) -> None:
        """Speaks in a thread of its own, which works in the context of the request that is being served."""
        threading.Thread(
            target=copy_context().run, args=(self._run,), name="send-speech", daemon=True
        ).start()

    def cancel(self) -> None:
        """Stops at once and says ``cancelled``, even if it was over.

        Raises:
            GoneError: the client has left.
        """
        self.utterance.patience.cancel()
        with self._line.lock:
            self.over = True
            self._line.event("cancelled")

    def abandon(self) -> bool:
        """Stops without a word, and tells whether it was not over yet."""
        self.utterance.patience.cancel()
        with self._line.lock:
            left, self.over = not self.over, True
        return left

    def _run(self) -> None:
        with suppress(CancelledError, GoneError):
            try:
                self._send_all()
            except (CancelledError, GoneError):
                raise
            except Exception as error:
                self._finish(self._tell_failure, error)

    def _send_all(self) -> None:
        with Ahead(self.utterance.chunks(), self.utterance.patience) as chunks:
            for chunk in chunks:
                self._send(chunk)
        if self._encoder:
            self._send_audio(self._encoder.close())
        self._finish(lambda: self._line.event("done", seconds=round(self.seconds, 3)))

    def _tell_failure(self, error: Exception) -> None:
        self.failed = True
        tell_error(self._line, error, ended=True)

    def _send(self, chunk: Chunk) -> None:
        if chunk.text:
            self._do(self._tell_sentence, chunk)
        if self._encoder is None:
            self._encoder = StreamEncoder("pcm", chunk.sample_rate, self._rate)
        self._send_audio(self._encoder.push(chunk.samples))

    def _tell_sentence(self, chunk: Chunk) -> None:
        self._line.event(
            "sentence",
            text=chunk.text,
            start_char=self._end_char,
            end_char=chunk.end_char,
            start=chunk.words[0].start if chunk.words else self.seconds,
            words=[asdict(word) for word in chunk.words],
            cached=chunk.cached,
        )
        self._end_char = chunk.end_char

    def _send_audio(self, data: bytes) -> None:
        size = self._rate // _FRAMES * _BYTES
        for start in range(0, len(data), size):
            self._do(self._send_frame, data[start : start + size])

    def _send_frame(self, frame: bytes) -> None:
        self._line.audio(frame)
        self.seconds += len(frame) / _BYTES / self._rate

    def _do(self, send: Callable[..., None], *given: object) -> None:
        """Sends something unless it is over; whatever ends it waits until that is sent.

        Raises:
            CancelledError: it is over.
            GoneError: the client has left.
        """
        with self._line.lock:
            if self.over:
                raise CancelledError("The utterance is over.")
            send(*given)

    def _finish(self, send: Callable[..., None], *given: object) -> None:
        """Sends the last event. Whoever answers to that finds the utterance over."""
        with self._line.lock:
            if not self.over:
                self.over = True
                send(*given)
