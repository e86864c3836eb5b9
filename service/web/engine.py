"""The synthesizer as a web process holds it: loading, ready, or failed to load."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from threading import Thread

from service.observability.logs import get_logger
from service.observability.metrics import Metrics
from service.speech import Synthesizer


class NotReadyError(Exception):
    """The voice is not loaded yet, or could not be loaded.

    Attributes:
        retry_after: seconds after which it is worth to ask again.
    """

    retry_after = 2.0


class Engine:
    """Loads a synthesizer and warms it up in the background, so that the process answers probes meanwhile.

    Attributes:
        error: what made loading fail, or None.
        draining: set when the process is about to end; what runs may finish.
    """

    def __init__(self, load: Callable[[], Synthesizer], metrics: Metrics) -> None:
        """``load`` returns a synthesizer; it is called, and the synthesizer warmed up, after ``start``."""
        self._load = load
        self._metrics = metrics
        self._synthesizer: Synthesizer | None = None
        self.error: Exception | None = None
        self.draining = False

    def hold(self, synthesizer: Synthesizer) -> None:
        """Is ready at once, with that synthesizer."""
        voices = synthesizer.voices.values()
        emotions = {emotion for voice in voices for emotion in voice.emotions}
        self._metrics.names(synthesizer.voices, emotions)
        self._metrics.model_loaded.set(1)
        self._synthesizer = synthesizer

    def start(self, then: Callable[[Exception | None], None] | None = None) -> None:
        """Loads in a thread of its own, which at its end calls ``then`` with None or what went wrong."""
        Thread(target=self._run, args=(then,), name="load-voice", daemon=True).start()

    def _run(self, then: Callable[[Exception | None], None] | None) -> None:
        started = time.monotonic()
        try:
            synthesizer = self._load()
            synthesizer.warm()
            gc.collect()
            gc.freeze()  # dictionaries live as long as the process: looking through them again takes 0.1 s
            self.hold(synthesizer)
            get_logger().info("voice_loaded", seconds=round(time.monotonic() - started, 2))
        except Exception as error:
            self.error = error
            get_logger().error("voice_not_loaded", exc_info=error)
        if then:
            then(self.error)

    def close(self) -> None:
        """Ends the voices. Native threads that outlive the interpreter would abort the process."""
        if self._synthesizer is not None:
            self._synthesizer.close()

    @property
    def ready(self) -> bool:
        """Whether the voices are loaded and warm."""
        return self._synthesizer is not None

    @property
    def synthesizer(self) -> Synthesizer:
        """The synthesizer, warm.

        Raises:
            NotReadyError: it is not there; the message says why.
        """
        if self._synthesizer is not None:
            return self._synthesizer
        if self.error is not None:
            raise NotReadyError("The voice could not be loaded; the service's log says why.")
        raise NotReadyError("The voice is still being loaded; try again in a moment.")
