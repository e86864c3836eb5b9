"""A voice from a model folder, checked through and through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.models.architecture import check_acoustic, check_vocoder
from service.models.checkpoint import read_tensors
from service.models.errors import ModelError
from service.models.layout import ModelFolder, VoiceFiles
from service.models.unit import LinguisticUnit
from service.models.voice_config import (
    AcousticSettings,
    VocoderSettings,
    acoustic_settings,
    array,
    vocoder_settings,
)
from service.models.weights import Tensors, VoiceWeights
from service.observability.logs import get_logger

_DEFAULT_RATE = 16_000  # Hz, where neither the model nor its vocoder says
_SOURCE_CHANNELS = 2  # F0 and voicing, which NSF voices have behind their mel
_MASKED = 3  # specials of a channel with a mask
_REPORTED = 10  # unknown tensors that the log names


def read_voice(folder: ModelFolder, name: str) -> VoiceWeights:
    """Reads a voice's settings and weights.

    Tensors that no network here knows are named in the log and left out.

    Raises:
        ModelError: there is no such voice, or a file of it is missing, damaged, or does not fit the others.
    """
    files = folder.voice(name)
    settings, vocoder_side = acoustic_settings(files), vocoder_settings(files)
    speaker = _speaker_vector(files) if settings.speaker_embedding else None
    acoustic, unit = _acoustic(files, settings, speaker)
    vocoder = _vocoder(files, vocoder_side)
    _check_mels(files, settings, vocoder_side, acoustic, vocoder)
    return VoiceWeights(
        name=name,
        sample_rate=files.sample_rate or vocoder_side.sample_rate or _DEFAULT_RATE,
        unit=unit,
        acoustic_config=settings.config,
        acoustic=acoustic,
        vocoder_config=vocoder_side.config,
        vocoder=vocoder,
        speaker_vector=speaker,
        fingerprint=files.fingerprint(),
    )


def _acoustic(
    files: VoiceFiles, settings: AcousticSettings, speaker: NDArray[np.float32] | None
) -> tuple[Tensors, LinguisticUnit]:
    path = files.acoustic_checkpoint
    tensors = read_tensors(path, "model", "fsnet")
    unit = _masked_as_trained(settings.unit, tensors)
    units = None if speaker is None else len(speaker)
    known = _known(path, tensors, check_acoustic(path, tensors, settings.config, unit, units))
    return known, unit.with_emotion_rows(len(known["emo_tokenizer.weight"]))


def _masked_as_trained(unit: LinguisticUnit, tensors: Tensors) -> LinguisticUnit:
    """The unit with or without a mask as the tone table has it, which old models do not always say."""
    tones = tensors.get("text_encoder.tone_emb.weight", ())
    specials = len(tones) - len(unit.vocabularies.get("tone", ()))
    return replace(unit, has_mask=specials == _MASKED) if specials in (_MASKED - 1, _MASKED) else unit


def _vocoder(files: VoiceFiles, settings: VocoderSettings) -> Tensors:
    path = files.vocoder_checkpoint
    tensors = read_tensors(path, "model.generator", "generator")
    return _known(path, tensors, check_vocoder(path, tensors, settings.config))


def _known(path: Path, tensors: Tensors, unknown: Sequence[str]) -> Tensors:
    if unknown:
        get_logger().warning(
            "unknown_tensors", file=str(path), count=len(unknown), names=list(unknown[:_REPORTED])
        )
    return {name: values for name, values in tensors.items() if name not in unknown}


def _speaker_vector(files: VoiceFiles) -> NDArray[np.float32]:
    folder = files.acoustic_config.parent
    values = array(
        files.speaker_vector, f"se.npy, the speaker of the voice {files.name}, is missing in {folder}."
    )
    if values.ndim != 2 or len(values) != 1 or not values.size:
        raise ModelError(f"{files.speaker_vector} has shape {values.shape}, expected (1, speaker units).")
    vector: NDArray[np.float32] = values[0].astype(np.float32)
    return vector


def _check_mels(
    files: VoiceFiles,
    acoustic: AcousticSettings,
    vocoder: VocoderSettings,
    acoustic_tensors: Tensors,
    vocoder_tensors: Tensors,
) -> None:
    """The acoustic model must give what the vocoder takes."""
    source = acoustic.config.f0 is not None
    if source != (vocoder.config.excitation_rate is not None):
        raise ModelError(
            f"{files.acoustic_config} and {files.vocoder_config} do not fit: "
            f"only {'the first' if source else 'the second'} is for an NSF voice."
        )
    given = len(acoustic_tensors["mel_postnet.fc.weight"])
    taken = vocoder_tensors["conv_pre.conv1d.weight"].shape[1] + _SOURCE_CHANNELS * source
    if given != taken:
        raise ModelError(
            f"{files.acoustic_checkpoint} gives {given} channels a frame, "
            f"but {files.vocoder_checkpoint} takes {taken}."
        )
