"""Voices that were made become those of the project."""

from __future__ import annotations

import shutil
from pathlib import Path

from training.run import Run, RunError

VOICES = Path(__file__).parent.parent / "voices"
_CARD = "CARD.md"


def adopt(run: Run, folder: Path = VOICES) -> None:
    """Copies the model and its card; what was there before goes.

    Raises:
        RunError: the voices have not been exported yet.
    """
    made, kept = run.folder / "voice", folder / "model"
    if not made.is_dir():
        raise RunError("There are no voices yet; run the steps before.")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(made, kept, ignore=shutil.ignore_patterns(_CARD))
    shutil.copyfile(made / "voices" / _CARD, folder / _CARD)
