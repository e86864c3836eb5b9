"""Readings of one's own."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Values


class Lexicon(Values):
    """Readings that go before the built-in ones: see docs/text.md for the form."""

    text: str = Field(default="", description="the lines themselves; a change restarts the pods")
    existing_config_map: str = Field(default="", description="instead: a ConfigMap that exists already")
    key: str = Field(default="lexicon.tsv", min_length=1, description="the ConfigMap's key")
