"""Characters on their way to be spoken, each knowing the source text that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from service.text.sentence import Style, Syllable

CUT = "\n"
"""A character that always ends a sentence."""

REST = "\u2009"
"""A character (thin space) that asks for a minor phrase break, as between the groups of a phone number."""


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """A reading that is fixed, by SSML ``<phoneme>``; all glyphs that share one Pin are one word."""

    syllables: tuple[Syllable, ...]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character to speak.

    Attributes:
        char: the character; empty for a pause.
        start, end: the characters of the source text that it stands for, half open.
        style: how it is to be spoken.
        pin: the fixed reading that it belongs to, if any.
        pause: seconds of silence, on a glyph that stands for SSML ``<break>``.
    """

    char: str
    start: int
    end: int
    style: Style
    pin: Pin | None = None
    pause: float | None = None


def plain(text: str, style: Style) -> list[Glyph]:
    """One glyph for each character of a plain text."""
    return [Glyph(char, i, i + 1, style) for i, char in enumerate(text)]


def text_of(glyphs: Iterable[Glyph]) -> str:
    """The characters in a row. Pauses and pinned glyphs show as NUL, so that no rule reads across them."""
    return "".join("\0" if glyph.pin or not glyph.char else glyph.char for glyph in glyphs)


def respell(glyphs: Sequence[Glyph], spoken: str) -> list[Glyph]:
    """``spoken`` in place of ``glyphs`` (at least one): every new glyph stands for their whole span."""
    first = replace(glyphs[0], end=max(glyph.end for glyph in glyphs))
    return [replace(first, char=char) for char in spoken]
