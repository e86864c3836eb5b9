"""Voices that were made become the embedded ones."""

from __future__ import annotations

import shutil
from pathlib import Path

from training.run import Run, RunError

EMBEDDED = Path(__file__).parent.parent / "voices"
_CARD = "CARD.md"


def adopt(run: Run, folder: Path = EMBEDDED) -> None:
    """Copies the model, what is served of it, and the card; what was there before goes.

    Raises:
        RunError: the voices have not been exported yet.
    """
    model, served = run.folder / "voice", run.folder / "served"
    if not (model.is_dir() and served.is_dir()):
        raise RunError("There are no voices yet; run the steps before.")
    for source, target in ((model, folder / "model"), (served, folder / "served")):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(_CARD))
    shutil.copyfile(model / "voices" / _CARD, folder / _CARD)
