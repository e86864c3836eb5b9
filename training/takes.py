"""Takes on disk: what was said, the sound, and where and how high each symbol lies in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.audio import HOP
from training.folder import read_arrays, write_arrays


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One take.

    Attributes:
        name: of its order.
        said: the words that were spoken, numbers spelled out.
        line: its n symbols, as the runtime will ask for them.
        voice, emotion, intensity: of its order.
        held_out: nothing is trained on it.
        syllables: how many it has.
        samples: at 16 kHz, 200 a frame, shape (frames * 200,).
        durations: frames of each symbol, shape (n,).
        f0: in Hz, also between voiced frames, shape (frames,).
        voiced: whether there is voice, shape (frames,).
    """

    name: str
    said: str
    line: str
    voice: str
    emotion: str
    intensity: float
    held_out: bool
    syllables: int
    samples: NDArray[np.float32]
    durations: NDArray[np.int64]
    f0: NDArray[np.float32]
    voiced: NDArray[np.bool_]

    @property
    def frames(self) -> int:
        """How many mel frames it has."""
        return len(self.f0)


def take_path(folder: Path, name: str) -> Path:
    """Where a take lies; a folder holds some hundred of them."""
    return folder / name[-2:] / f"{name}.npz"


def save_take(folder: Path, take: Take) -> None:
    """Writes a take, its samples in 16 bits.

    Raises:
        ValueError: its parts do not fit each other.
    """
    frames = take.frames
    fitting = take.durations.sum() == frames == len(take.voiced) and len(take.samples) == HOP * frames
    if not fitting or len(take.durations) != len(take.line.split()):
        raise ValueError(f"The parts of the take {take.name} do not fit each other.")
    said = {
        "name": take.name,
        "said": take.said,
        "line": take.line,
        "voice": take.voice,
        "emotion": take.emotion,
        "intensity": take.intensity,
        "held_out": take.held_out,
        "syllables": take.syllables,
    }
    arrays: dict[str, NDArray[Any]] = {
        "said": np.frombuffer(json.dumps(said).encode(), np.uint8),
        "samples": np.round(np.clip(take.samples, -1, 1) * 32767).astype(np.int16),
        "durations": take.durations.astype(np.int16),
        "f0": take.f0.astype(np.float32),
        "voiced": take.voiced,
    }
    write_arrays(take_path(folder, take.name), arrays)


def load_take(folder: Path, name: str) -> Take:
    """Reads a take.

    Raises:
        FileNotFoundError: it has not been spoken.
    """
    arrays = read_arrays(take_path(folder, name))
    said = json.loads(arrays["said"].tobytes())
    return Take(
        **said,
        samples=arrays["samples"].astype(np.float32) / np.float32(32767),
        durations=arrays["durations"].astype(np.int64),
        f0=arrays["f0"],
        voiced=arrays["voiced"],
    )
