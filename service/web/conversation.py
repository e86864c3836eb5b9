"""A conversation on ``/tts/ws``: utterances, one after the other, each spoken while its text still comes."""

from __future__ import annotations

from flask import g

from service.text.errors import NothingToSpeakError
from service.web.errors import RequestError
from service.web.intake import Intake
from service.web.lifecycle import note
from service.web.limits import asked_patience, check_length
from service.web.line import Line
from service.web.messages import Cancel, End, Start, Text
from service.web.turn import Turn
from service.web.utterance import Utterance

_SAMPLE = "好"


class Conversation:
    """Heeds a client's messages, in the thread that serves the request."""

    def __init__(self, line: Line, intake: Intake) -> None:
        """``line`` leads to the client."""
        self._line, self._intake = line, intake
        self._style = Start()
        self._turn: Turn | None = None
        self._deaf = False  # to text up to the next end: its start was refused
        self._utterances = self._interrupted = self._characters = 0
        self._seconds = 0.0

    @property
    def speaking(self) -> bool:
        """Whether an utterance is running, if only in waiting for its text."""
        return self._turn is not None and not self._turn.over

    def heed(self, message: Start | Text | End | Cancel) -> None:
        """Does what a message says.

        Raises:
            GoneError: the client has left.
            RequestError: the message does not fit in here, or its text is too long.
            SpeechError, NotReadyError: nothing can be spoken in that style.
            NothingToSpeakError: the end of no utterance.
        """
        if isinstance(message, Start):
            self._begin(message)
        elif isinstance(message, Text):
            self._hear(message.text)
        elif isinstance(message, End):
            self._end()
        else:
            self._cancel()

    def leave(self) -> None:
        """Stops whatever runs, and notes for the log how the conversation went."""
        if self._turn and self._turn.abandon():
            note(cancelled=True)
        self._retire()
        note(
            utterances=self._utterances,
            interrupted=self._interrupted,
            characters=self._characters,
            audio_seconds=round(self._seconds, 3),
        )

    def _begin(self, style: Start) -> None:
        if self.speaking:
            raise _still_speaking()
        self._retire()
        self._deaf = True  # unless all is well
        seconds = asked_patience(self._intake.longest).remaining()
        renderer, asked = self._intake.renderer, style.request(_SAMPLE)
        renderer.check(asked)
        default = renderer.synthesizer.default_voice
        rate = asked.sample_rate or default.sample_rate
        self._style, self._deaf = style, False
        self._utterances += 1
        note(voice=asked.voice or default.name, emotion=asked.emotion, format=asked.format)
        self._turn = Turn(Utterance(asked, renderer, seconds), self._line, rate)
        self._line.event("started", sample_rate=rate, format=asked.format, request_id=g.request_id)
        self._turn.begin()

    def _hear(self, text: str) -> None:
        if self._is_to_be_dropped():
            return
        if not self.speaking:
            self._begin(self._style)
        utterance = self._open()
        length = utterance.characters + len(text)
        check_length(length, self._intake.max_characters, "With this text the utterance")
        utterance.push(text)

    def _end(self) -> None:
        if self._is_to_be_dropped():
            self._retire()
        elif self.speaking:
            self._open().end()
        else:
            raise NothingToSpeakError("There is no utterance to end; it needs text.")

    def _cancel(self) -> None:
        if self._turn:
            self._interrupted += not self._turn.over
            self._turn.cancel()
        else:
            self._line.event("cancelled")
        self._retire()

    def _open(self) -> Utterance:
        """The utterance that text belongs to.

        Raises:
            RequestError: it has ended and is still being spoken.
        """
        if self._turn is None or self._turn.utterance.ended:
            raise _still_speaking()
        return self._turn.utterance

    def _is_to_be_dropped(self) -> bool:
        """Whether text and its end belong to an utterance that an error has ended before."""
        turn = self._turn
        return self._deaf or (turn is not None and turn.failed and not turn.utterance.ended)

    def _retire(self) -> None:
        """Forgets the last utterance, but for what the log says of it."""
        if self._turn:
            self._characters += self._turn.utterance.characters
            self._seconds += self._turn.seconds
        self._turn, self._deaf = None, False


def _still_speaking() -> RequestError:
    message = "The last utterance is still being spoken; wait for its end, or cancel it."
    return RequestError(message, "still_speaking", 409)
