"""The postnet, frame by frame as the decoder gives them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.runtime.exported import POSTNET, ExportedVoice
from service.runtime.sessions import Session, session_of
from service.runtime.shelf import Shelf

Floats = NDArray[np.float32]

_STATE = ("memory", "skipped", "hidden", "cell")


class Postnet:
    """Refines mel frames. Safe to share between threads.

    Attributes:
        lag: by how many frames what it gives lags behind what it was given.
    """

    def __init__(self, voice: ExportedVoice, shelf: Shelf) -> None:
        """Loads the graph, or takes it from the shelf."""
        self._session = session_of(voice.files[POSTNET], shelf)
        layers, ahead, _ = self._session.shapes["skipped"]
        self.lag = int(layers) * int(ahead)

    def start(self, total: int) -> PostnetStream:
        """Begins a sentence of ``total`` frames."""
        shapes = (self._session.shapes[name] for name in _STATE)
        state = {name: np.zeros(shape, np.float32) for name, shape in zip(_STATE, shapes, strict=True)}
        return PostnetStream(self._session, total, self.lag, state)


class PostnetStream:
    """One sentence on its way through the postnet."""

    def __init__(self, session: Session, total: int, lag: int, state: dict[str, Floats]) -> None:
        self._session, self._total, self._lag, self._state = session, total, lag, state
        self._taken = 0
        self._held: Floats | None = None

    def push(self, frames: Floats) -> Floats:
        """Gives refined frames that can be told by now: all up to ``lag`` before the end, at the end all.

        Args:
            frames: the next ones of the sentence, shape (m, mels), not more than it has.

        Returns:
            Shape (k, mels), where k is 0 as long as no more than ``lag`` frames are there.
        """
        if len(frames) == 0:
            return frames
        held = np.concatenate([self._held, frames]) if self._held is not None else frames
        fresh = held[len(self._held) :] if self._held is not None and self._taken else held
        last = self._taken + len(fresh) >= self._total
        if not last and self._taken == 0 and len(fresh) <= self._lag:
            self._held = held
            return held[:0]
        absent = np.zeros((self._lag if last else 0, held.shape[1]), np.float32)
        change = self._change(np.concatenate([fresh, absent]))
        self._taken += len(fresh)
        self._held = held[len(change) :]
        refined: Floats = held[: len(change)] + change
        return refined

    def _change(self, frames: Floats) -> Floats:
        outputs = self._session(
            frames=frames, first=np.array([self._taken]), total=np.array([self._total]), **self._state
        )
        self._state = {name: outputs[f"new_{name}"] for name in _STATE}
        return outputs["change"]
