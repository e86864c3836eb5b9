"""The front end's data files and how they are read."""

from __future__ import annotations

import json
from importlib.resources import files


def lines(name: str) -> list[str]:
    """The lines of a data file that are neither blank nor comments."""
    text = files(__package__).joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def table(name: str) -> dict[str, str]:
    """A two-column TSV as a mapping from its first column to its second."""
    return dict(line.split("\t", 1) for line in lines(name))


def document(name: str) -> dict[str, list[str]]:
    """A JSON data file that maps names to lists of names."""
    loaded: dict[str, list[str]] = json.loads(files(__package__).joinpath(name).read_text("utf-8"))
    return loaded
