"""Where training goes on from: a model that the recipe has made, and what only training needs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from service.models.checkpoint import read_tensors as read_network
from service.models.layout import ModelFolder, VoiceFiles
from service.models.section import Section
from training.features import Scale
from training.folder import read_tensors, write_tensors

REST = "training.pth"
"""The scale, the adversary and the steps done, beside the voices."""

SPEAKERS = "spk_tokenizer.weight"
"""The name of the table of speakers."""


@dataclass(frozen=True)
class Start:
    """A model with a voice of each speaker; its networks have the sizes of the preset that goes on."""

    folder: Path

    @cached_property
    def scale(self) -> Scale:
        """The one that its networks have learned."""
        return Scale(**self._rest["scale"])

    @property
    def steps(self) -> tuple[int, int]:
        """That the acoustic model and the vocoder have been trained for."""
        return int(self._rest["acoustic_steps"]), int(self._rest["vocoder_steps"])

    @property
    def audio(self) -> Mapping[str, Any]:
        """What its first voice says of its mels; see ``training.audio.audio_config``.

        Raises:
            ModelError: it says nothing of them.
        """
        voice = self._voice(ModelFolder(self.folder).voices[0])
        said = Section.read(voice.vocoder_config).section("audio_config")
        return {str(key): said.value(str(key)) for key in said.keys}

    def acoustic(self, network: nn.Module, speakers: Sequence[str]) -> None:
        """Gives an acoustic model the numbers of all voices, the speakers in this order.

        Raises:
            ModelError: a voice cannot be read.
            RuntimeError: the network has other sizes.
        """
        paths = [self._voice(speaker).acoustic_checkpoint for speaker in speakers]
        tables = [_tensors(path, "model") for path in paths]
        own = [table[SPEAKERS][:1] for table in tables]
        rows = torch.cat([*own, tables[0][SPEAKERS][1:]])
        network.load_state_dict(tables[0] | {SPEAKERS: rows})

    def vocoder(self, generator: nn.Module, adversary: nn.Module, speaker: str) -> None:
        """Gives a generator and its adversary their numbers; raises as ``acoustic`` does."""
        found = _tensors(self._voice(speaker).vocoder_checkpoint, "model.generator")
        shapes = {name: tensor.shape for name, tensor in generator.state_dict().items()}
        generator.load_state_dict({name: tensor.reshape(shapes[name]) for name, tensor in found.items()})
        adversary.load_state_dict(self._rest["adversary"])

    def _voice(self, speaker: str) -> VoiceFiles:
        return ModelFolder(self.folder).voice(speaker)

    @cached_property
    def _rest(self) -> Mapping[str, Any]:
        return read_tensors(self.folder / REST)


def write_rest(folder: Path, scale: Scale, adversary: Mapping[str, Tensor], steps: tuple[int, int]) -> None:
    """Writes what only training needs of a model, in float16."""
    write_tensors(
        folder / REST,
        {
            "scale": asdict(scale),
            "adversary": {name: tensor.detach().half().cpu() for name, tensor in adversary.items()},
            "acoustic_steps": steps[0],
            "vocoder_steps": steps[1],
        },
    )


def _tensors(path: Path, key: str) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in read_network(path, key).items()}
