"""The reference's own outputs for small random voices, and the voices themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.models.layout import ModelFolder
from service.models.line import SymbolLine
from service.models.reader import read_voice
from service.models.weights import VoiceWeights

ROOT = Path(__file__).parent.parent / "data" / "golden"
SYMBOL_KEYS = {"ids", "log_dur", "dur", "pitch", "energy", "fp", "valid_inter_lengths"}
MEL_KEYS = {"mel_dec", "mel", "mel_head", "mel_tail", "mel_mean_per_bin", "mel_voc", "mel_voc_f0uv"}
ACOUSTIC_KEYS = SYMBOL_KEYS | MEL_KEYS | {"band", "n_frames"}
VOCODER_KEYS = {"wav", "wav_head", "wav_tail", "n_samples", "int16", "excitation", "wav_torch_seed"}
NOISE_KEYS = {"phase_u", "noise_first8", "noise_sum", "noise_seed"}

Values = Mapping[str, NDArray[Any]]


def names() -> list[str]:
    """The vectors' names, ``voice__line``."""
    return sorted(path.stem for path in (ROOT / "vectors").glob("*.npz"))


def cases(keys: Iterable[str]) -> list[tuple[str, str]]:
    """Each vector with each of the keys that it has."""
    return [(name, key) for name in names() for key in sorted(keys) if key in values(name)]


@cache
def values(name: str) -> Values:
    with np.load(ROOT / "vectors" / f"{name}.npz") as file:
        return dict(file)


@cache
def voice(name: str) -> VoiceWeights:
    """A voice by its name or by that of a vector."""
    voice_name = name.split("__")[0]
    model = "model_nomask" if voice_name == "legacy_emo" else "model"
    return read_voice(ModelFolder(ROOT / model), voice_name)


def line(name: str) -> SymbolLine:
    """A line of symbols by its name or by that of a vector."""
    lines = json.loads((ROOT / "sequences.json").read_text("utf-8"))
    return SymbolLine.plain(lines[name.split("__")[-1]])


def said(
    sequence: str,
    *,
    intensity: float | list[float] = 1.0,
    rate: float | list[float] = 1.0,
    pitch: float | list[float] = 0.0,
    emotion: str | None = None,
) -> SymbolLine:
    """A line with one value for all of its symbols or one for each; ``emotion`` in the place of happy."""
    plain = line(sequence)
    text = plain.text if emotion is None else plain.text.replace("emotion_happy", f"emotion_{emotion}")
    ones = np.ones_like(plain.rate)
    return SymbolLine(
        text,
        intensity=ones * np.array(intensity, np.float32),
        rate=ones * np.array(rate, np.float32),
        pitch=ones * np.array(pitch, np.float32),
    )
