"""Links to recordings, which every replica can follow."""

from __future__ import annotations

from dataclasses import dataclass

from service.cache import AudioCache
from service.keys import KeyRing
from service.recording import Recording
from service.renderer import Renderer
from service.request import SpeechRequest
from service.web.errors import RequestError

_RETRY_AFTER = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the links that ``"response": "url"`` answers with.

    Attributes:
        renderer: knows the recordings' names.
        cache: has to keep them.
        ring: signs links where keys are asked for, so that they work without one. The path alone would not
            do for a secret: whoever guesses a text can compute it.
    """

    renderer: Renderer
    cache: AudioCache
    ring: KeyRing

    def link(self, asked: SpeechRequest, recording: Recording) -> str:
        """The address under which a request's recording can be had for as long as the cache keeps audio.

        Raises:
            RequestError: 503; it cannot be kept now.
        """
        key = self.renderer.key(asked)
        if self.cache.hold(key) is None:
            self.cache.get_or_make(key, lambda: recording)  # it was crowded out, or a job made it long ago
            if self.cache.hold(key) is None:
                message = "The audio cannot be kept for a link; ask for another kind of response."
                raise RequestError(message, "cache_unavailable", 503, retry_after=_RETRY_AFTER)
        path = f"/audio/{key}"
        signature = self.ring.sign(path)
        return f"{path}?signature={signature}" if signature else path
