"""A voice as numbers: what reading a checkpoint gives, and what every runtime is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.models.config import AcousticConfig, VocoderConfig
from service.models.unit import LinguisticUnit

Tensors = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class VoiceWeights:
    """One voice of a model.

    Attributes:
        name: the voice's name.
        sample_rate: of its audio, in Hz.
        unit: its vocabularies.
        acoustic: Sambert's tensors by their names in the checkpoint, without position tables and what
            only training uses.
        vocoder: HiFi-GAN's tensors by their current names with weight norm folded:
            ``conv_pre.conv1d.weight``, ``transpose_upsamples.0.1.deconv.bias`` …
        speaker_vector: of SE voices, shape (speaker units,), in place of a table of speakers; else None.
        fingerprint: SHA-256 in hex over the files that it was read from.
    """

    name: str
    sample_rate: int
    unit: LinguisticUnit
    acoustic_config: AcousticConfig
    acoustic: Tensors
    vocoder_config: VocoderConfig
    vocoder: Tensors
    speaker_vector: NDArray[np.float32] | None
    fingerprint: str
