"""What of the takes networks learn from, as they want it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from service.models.unit import LinguisticUnit
from training.audio import HOP, RATE, normalised_mel
from training.features import Example, Scale, example
from training.folder import read_arrays, read_json, write_json
from training.run import Run, RunError
from training.takes import Take, load_take
from training.vocoder.phase import turns
from training.vocoder.task import Clip

KEPT = "kept.json"
_MEASURED = 400  # takes that the scale is taken from


def kept(run: Run, *, held_out: bool = False) -> list[str]:
    """Gives the names of the takes to learn from, or of those held out.

    Raises:
        RunError: takes have not been screened.
    """
    path = run.folder / KEPT
    if not path.is_file():
        raise RunError("There are no screened takes yet; run the steps before.")
    names: list[str] = read_json(path)["held_out" if held_out else "learnt"]
    return names


def takes(run: Run, names: Sequence[str]) -> Iterator[Take]:
    """Yields takes by their names."""
    return (load_take(run.takes, name) for name in names)


def scale(run: Run) -> Scale:
    """Gives the scale of the takes; once measured, it stays, also where networks go on that know it."""
    if run.start:
        return run.start.scale
    path = run.folder / "scale.json"
    if not path.is_file():
        names = sorted(kept(run))
        drawn = random.Random(run.preset.seed).sample(names, min(_MEASURED, len(names)))  # noqa: S311  no secret
        write_json(path, asdict(Scale.of(takes(run, drawn))))
    return Scale(**read_json(path))


def examples(run: Run, names: Sequence[str]) -> list[Example]:
    """Gives takes as the acoustic model learns from them."""
    measured, vocabularies = scale(run), run.vocabularies
    return [example(take, measured, vocabularies) for take in takes(run, names)]


def clips(run: Run, names: Sequence[str], made: Path | None = None) -> list[Clip]:
    """Gives takes as the vocoder learns from them.

    Args:
        run: whose takes they are.
        names: of the takes.
        made: a folder with mels that the acoustic model has made of them; None for their own.
    """
    vocabularies = run.vocabularies
    return [clip(take, _mel(take, made), vocabularies) for take in takes(run, names)]


def clip(take: Take, mel: NDArray[np.float16], vocabularies: LinguisticUnit) -> Clip:
    """Gives a take as the vocoder learns from it, with a mel that is its own or made."""
    borders = turns(take.samples, take.f0, take.voiced)
    symbols = vocabularies.encode(take.line).linguistic[0]
    return Clip(
        mel=mel,
        f0=(np.diff(borders) * RATE / HOP).astype(np.float32),
        starts=(borders[:-1] % 1).astype(np.float32),
        voiced=take.voiced,
        symbols=np.repeat(symbols, take.durations).astype(np.int16),
        samples=take.samples.astype(np.float16),
    )


def made_path(folder: Path, name: str) -> Path:
    """Where the mel lies that the acoustic model has made of a take."""
    return folder / name[-2:] / f"{name}.npz"


def heard_by_vocoder(run: Run) -> list[str]:
    """Gives the names of the takes that the vocoder learns from: as many as the preset allows, by lot."""
    names = sorted(kept(run))
    count = min(run.preset.vocoder.takes or len(names), len(names))
    return random.Random(run.preset.seed).sample(names, count)  # noqa: S311  no secret


def own_mel(take: Take) -> NDArray[np.float16]:
    """Gives the mel of a take itself, shape (frames, bands)."""
    return normalised_mel(torch.from_numpy(take.samples)).T.numpy().astype(np.float16)


def _mel(take: Take, made: Path | None) -> NDArray[np.float16]:
    mel: NDArray[np.float16] = (
        own_mel(take) if made is None else read_arrays(made_path(made, take.name))["mel"]
    )
    return mel
