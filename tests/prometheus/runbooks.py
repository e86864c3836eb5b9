"""``docs/runbooks.md`` as those who are woken read it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "runbooks.md"


def sections() -> dict[str, str]:
    """What stands below each heading, which is the name of an alert."""
    parts = re.split(r"^## (.+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def blocks(language: str) -> list[tuple[str, str]]:
    """What stands in code blocks of a language, line by line, each with its section's name."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [
        (name, line)
        for name, text in sections().items()
        for block in pattern.findall(text)
        for line in block.splitlines()
    ]
