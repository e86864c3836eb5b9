"""What can be wrong with a text. Each message is one plain sentence, fit for a client."""

from __future__ import annotations


class FrontEndError(ValueError):
    """The text cannot be spoken as it is."""


class NothingToSpeakError(FrontEndError):
    """The text holds nothing that can be spoken: it is empty, or only punctuation or emoji."""


class SsmlError(FrontEndError):
    """The SSML is broken, hostile or uses what is not supported.

    Attributes:
        line: where the fault is, from 1.
        column: likewise, from 1.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{message} (line {line}, column {column})")
        self.line = line
        self.column = column
