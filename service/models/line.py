"""What a voice is asked to say: symbols, and how each is to be said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FILLED_PAUSES = (("ge", "en_c"), ("ga", "a_c"), ("ge", "e_c"))  # classes 1 to 3; 0 is none


@dataclass(frozen=True, slots=True)
class SymbolLine:
    """A sentence for the acoustic model.

    Attributes:
        text: n symbols with one blank between them, ``{sy$tone$syllable_flag$word_segment$emotion$speaker}``.
        intensity: of each symbol's emotion, 0 to 2, shape (n,).
        rate: speaking rate of each symbol as a factor, shape (n,).
        pitch: shift of each symbol in semitones, shape (n,).
    """

    text: str
    intensity: NDArray[np.float32]
    rate: NDArray[np.float32]
    pitch: NDArray[np.float32]

    @classmethod
    def plain(cls, text: str) -> SymbolLine:
        """The line as it stands: each emotion as it was learned, at its own rate and pitch."""
        count = len(text.split())
        ones = np.ones(count, np.float32)
        return cls(text, intensity=ones, rate=ones, pitch=np.zeros(count, np.float32))


def filled_pause_lines(speaker: str) -> list[str]:
    """Gives the lines that the filled pauses 1, 2 and 3 stand for, as the text encoder reads them."""
    said = f"$emotion_neutral${speaker}}}"
    return [
        f"{{{initial}$tone5$s_begin$word_begin{said} {{{final}$tone5$s_end$word_end{said} "
        f"{{#3$tone_none$s_none$word_none{said}"
        for initial, final in _FILLED_PAUSES
    ]
