"""The small voices with random weights that the reference implementation has spoken with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import yaml

GOLDEN = Path(__file__).parent.parent / "data" / "golden"
MODEL = GOLDEN / "model"
MODEL_WITHOUT_MASK = GOLDEN / "model_nomask"
VOICES = {
    **dict.fromkeys(("plain_emo", "causal_emo", "nsf_emo", "se_emo", "fp_emo"), MODEL),
    "legacy_emo": MODEL_WITHOUT_MASK,
}
LINES: dict[str, str] = json.loads((GOLDEN / "sequences.json").read_text("utf-8"))


def model_of(folder: Path, voice: str = "plain_emo") -> Path:
    """Copies a model with this voice alone into a folder, where a test may break it."""
    source = VOICES[voice]
    model = folder / "model"
    shutil.copytree(source / "voices" / voice, model / "voices" / voice)
    shutil.copy(source / "configuration.json", model)
    (model / "voices" / "voices.json").write_text(json.dumps({"voices": [voice]}))
    return model


def edit_json(path: Path, change: Callable[[Any], None]) -> None:
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


def edit_yaml(path: Path, change: Callable[[Any], None]) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(document), "utf-8")


def edit_checkpoint(path: Path, change: Callable[[Any], None]) -> None:
    document = torch.load(path, weights_only=True)
    change(document)
    torch.save(document, path)
