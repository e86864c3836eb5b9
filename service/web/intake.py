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
        note(
            characters=len(asked.text),
            voice=asked.voice or self.renderer.synthesizer.default_voice.name,
            emotion=asked.emotion,
            format=asked.format,
            **({"text": asked.text} if self.log_text else {}),
        )
        return asked_patience(self.longest)
