"""What every request for speech goes through, whichever address it comes to."""

from __future__ import annotations

from dataclasses import dataclass

from service.renderer import Renderer
from service.request import SpeechRequest
from service.runtime.patience import Patience
from service.web.lifecycle import note
from service.web.limits import asked_patience, check_length


@dataclass(frozen=True, slots=True)
class Intake:
    """Checks requests, and notes them for the log and the metrics.

    Attributes:
        renderer: speaks them.
        max_characters: of a request's text.
        longest: seconds that a request may take.
        log_text: whether the log has the texts.
    """

    renderer: Renderer
    max_characters: int
    longest: float
    log_text: bool

    def take(self, asked: SpeechRequest) -> Patience:
        """Gives the terms of a request that may be spoken.

        Raises:
            NotReadyError: the voice is not loaded.
            RequestError: the text is too long, or a header is wrong.
        """
        check_length(len(asked.text), self.max_characters)
        self.note(asked, len(asked.text), text=asked.text)
        return asked_patience(self.longest)

    def note(self, asked: SpeechRequest, characters: int, **texts: object) -> None:
        """Notes what is asked for, and ``texts`` where the log may have them.

        Raises:
            NotReadyError: the voice is not loaded.
        """
        note(
            characters=characters,
            voice=asked.voice or self.renderer.synthesizer.default_voice.name,
            emotion=asked.emotion,
            format=asked.format,
            **(texts if self.log_text else {}),
        )
