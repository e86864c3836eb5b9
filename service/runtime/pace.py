"""How fast the service speaks, measured while it does."""

from __future__ import annotations

_HALF_LIFE = 20.0  # seconds of work after which a measurement counts half
_GUESS_CHARACTERS = 5.0
_GUESS_SECONDS = 0.5


class Pace:
    """Characters spoken in a second of work by all callers together. The first guess is soon outweighed."""

    def __init__(self) -> None:
        self._characters, self._seconds = _GUESS_CHARACTERS, _GUESS_SECONDS

    def worked(self, seconds: float) -> None:
        """Some time has passed in which at least one sentence was being spoken."""
        kept = 0.5 ** (seconds / _HALF_LIFE)
        self._characters *= kept
        self._seconds = self._seconds * kept + seconds

    def spoke(self, characters: float) -> None:
        """A sentence of that length, or that much of one, is finished."""
        self._characters += characters

    def seconds(self, characters: float) -> float:
        """How long that much text is likely to take."""
        return characters * self._seconds / max(self._characters, 1e-6)
