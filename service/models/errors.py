"""What can be wrong with a model and with what it is asked to say."""

from __future__ import annotations


class ModelError(ValueError):
    """A model cannot be used; the message names the file and says what is wrong with it."""


class SymbolError(ValueError):
    """A voice cannot read a line of symbols; the message names the symbols and what is allowed."""
