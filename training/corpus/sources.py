"""Where texts come from: the project's own, those of a package, and longer ones joined from these."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

_OWN = Path(__file__).parents[1] / "texts"
_JUDGED = Path(__file__).parents[2] / "bench" / "texts"
_ENDS = "。！？"
_LONG = range(24, 58)  # characters of a joined text


def own_texts() -> list[str]:
    """The texts of ``training/texts``, one a line."""
    return [line for path in sorted(_OWN.glob("*.txt")) for line in _lines(path)]


def hsk_texts() -> list[str]:
    """The sentences of the package ``hsk-sentences-audio`` (CC-BY-SA 4.0: used here, not handed on).

    Raises:
        ModuleNotFoundError: the extra ``training`` is not installed.
    """
    from hsk_sentences_audio import load_sentences

    return [str(sentence["chinese"]) for sentence in load_sentences()]


def judged_texts() -> frozenset[str]:
    """The texts that voices are judged by, which no voice may learn."""
    return frozenset(line for path in _JUDGED.glob("*.txt") for line in _lines(path))


def joined(texts: Sequence[str], count: int, seed: int) -> Iterator[str]:
    """Yields sentences of some 24 to 58 characters, several short statements with commas between."""
    drawn = random.Random(seed)  # noqa: S311  no secret
    parts = [text.rstrip(_ENDS) for text in texts if text.endswith("。") and len(text) < _LONG.stop // 2]
    for _ in range(count if parts else 0):
        wanted, text = drawn.choice(_LONG), ""
        while len(text) < wanted:
            part = drawn.choice(parts)
            if text and len(text) + len(part) + 1 > _LONG.stop:
                break
            text += "，" * bool(text) + part
        yield text + "。"


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()]
