"""Folders that hold what is written from something else, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_folder(folder: Path, files: Mapping[str, str], pattern: str) -> None:
    """Writes the files, and removes those of that pattern which are not among them any more."""
    folder.mkdir(exist_ok=True)
    for file in folder.glob(pattern):
        if file.name not in files:
            file.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
