"""Trained networks as voices in the ModelScope layout."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bench.voice_files import write_checkpoint, write_model, write_settings
from bench.voice_sizes import VoiceSizes
from training.audio import audio_config
from training.features import Scale
from training.presets import Pace
from training.start import SPEAKERS, write_rest
from training.vocoder.generator import checkpoint_tensors


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What was trained.

    Attributes:
        sizes: of the networks.
        speakers: that the acoustic model knows, in the order of its table; each becomes a voice.
        emotions: that it has learned.
        paces: of each speaker.
        scale: of F0 and energy.
        acoustic: its numbers by name.
        acoustic_steps: it was trained for.
        generator: the vocoder's numbers by name.
        adversary: its adversary's.
        vocoder_steps: it was trained for.
    """

    sizes: VoiceSizes
    speakers: Sequence[str]
    emotions: Sequence[str]
    paces: Mapping[str, Pace]
    scale: Scale
    acoustic: Mapping[str, Tensor]
    acoustic_steps: int
    generator: Mapping[str, Tensor]
    adversary: Mapping[str, Tensor]
    vocoder_steps: int


def export(trained: Trained, folder: Path) -> None:
    """Writes a model with a voice of each speaker, in float16; what was in the folder goes at the end."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    write_model(part, trained.sizes.sample_rate, trained.speakers)
    for row, speaker in enumerate(trained.speakers):
        _voice(trained, part / "voices" / speaker, speaker, row)
    write_rest(part, trained.scale, trained.adversary, (trained.acoustic_steps, trained.vocoder_steps))
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _voice(trained: Trained, voice: Path, speaker: str, row: int) -> None:
    pace = trained.paces[speaker]
    write_settings(voice, trained.sizes, audio_config(), [speaker], trained.emotions, *pace)
    statistics = np.array([[trained.scale.f0_mean], [trained.scale.f0_deviation]])
    np.save(voice / "am" / "mvn.npy", statistics)
    tensors = {name: value.detach().half().cpu() for name, value in trained.acoustic.items()}
    tensors[SPEAKERS] = only_speaker(tensors[SPEAKERS], row, len(trained.speakers))
    write_checkpoint(voice / "am", tensors, trained.acoustic_steps)
    generator = {name: value.half() for name, value in checkpoint_tensors(trained.generator).items()}
    write_checkpoint(voice / "voc", {"generator": generator}, trained.vocoder_steps)


def only_speaker(table: Tensor, row: int, speakers: int) -> Tensor:
    """Gives a table with the vector of one speaker, and behind it those that stand for no speaker."""
    return torch.cat([table[row : row + 1], table[speakers:]])
