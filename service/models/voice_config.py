"""The YAML settings that lie beside a voice's checkpoints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.models.config import AcousticConfig, F0Scale, VocoderConfig
from service.models.errors import ModelError
from service.models.layout import VoiceFiles
from service.models.section import Section, positive
from service.models.unit import LinguisticUnit
from service.models.vocabularies import DEFAULT_LANGUAGE

_F0_MAXIMUM = 730.0  # Hz, of global NSF voices that do not say
_F0_MINIMUM = 30.0
_SLOPE = 0.1  # of the vocoder's leaky rectifiers


@dataclass(frozen=True, slots=True)
class AcousticSettings:
    """What ``am/config.yaml`` says; an SE voice (``speaker_embedding``) has a vector for its speaker."""

    config: AcousticConfig
    unit: LinguisticUnit
    speaker_embedding: bool


@dataclass(frozen=True, slots=True)
class VocoderSettings:
    """What ``voc/config.yaml`` says: the network's settings and the sampling rate in Hz, if it names one."""

    config: VocoderConfig
    sample_rate: int | None


def acoustic_settings(files: VoiceFiles) -> AcousticSettings:
    """Reads a voice's acoustic settings, and with them the F0 statistics of a mean_std NSF voice.

    Raises:
        ModelError: a file or a key is missing or odd.
    """
    document = Section.read(files.acoustic_config)
    params = document.section("Model", "KanTtsSAMBERT", "params")
    unit = _unit(document.section("linguistic_unit"), files)
    config = AcousticConfig(
        encoder_heads=params.count("encoder_num_heads"),
        decoder_heads=params.count("decoder_num_heads"),
        frames_per_step=params.count("outputs_per_step"),
        predictor_shift=params.integer("predictor_shift", 0),
        postnet_shift=params.integer("postnet_shift", 0),
        f0=_f0_scale(params, files) if params.flag("NSF") else None,
        filled_pauses=params.flag("FP"),
        pace=_pace(document, "pace"),
        emotion_paces=_emotion_paces(document, unit.emotions),
    )
    return AcousticSettings(config, unit, params.flag("SE"))


def vocoder_settings(files: VoiceFiles) -> VocoderSettings:
    """Reads a voice's vocoder settings.

    Raises:
        ModelError: a file or a key is missing or odd, or asks for what is not supported.
    """
    document = Section.read(files.vocoder_config)
    params = document.section("Model", "Generator", "params")
    _check_supported(params)
    source = params.section("nsf_params") if params.has("nsf_params") else None
    config = VocoderConfig(
        scales=params.counts("upsample_scales"),
        dilations=_dilations(params),
        causal=params.flag("causal", True),
        excitation_rate=source.count("sampling_rate") if source else None,
        harmonics=source.integer("nb_harmonics", 7) if source else 7,
    )
    audio = document.section("audio_config") if document.has("audio_config") else None
    rate = audio.count("sampling_rate") if audio and audio.has("sampling_rate") else None
    return VocoderSettings(config, rate)


def array(path: Path | None, needed: str) -> NDArray[np.float64]:
    """Reads an array of numbers; ``needed`` says which file a voice lacks where there is no path.

    Raises:
        ModelError: there is no such file, or it holds no finite numbers.
    """
    if path is None:
        raise ModelError(needed)
    try:
        values = np.load(path, allow_pickle=False).astype(np.float64)
    except (OSError, ValueError, EOFError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} cannot be read as an array; it is damaged or only partly there.") from error
    if not np.isfinite(values).all():
        raise ModelError(f"{path} holds numbers that are not finite.")
    loaded: NDArray[np.float64] = values
    return loaded


def _pace(section: Section, key: str) -> float:
    """Official settings have none: it is ours, for voices that are better understood at another rate."""
    pace = section.number(key, 1.0)
    if not 0.5 <= pace <= 2:
        raise section.odd(key, "a number from 0.5 to 2")
    return pace


def _emotion_paces(document: Section, emotions: Sequence[str]) -> tuple[tuple[str, float], ...]:
    if not document.has("emotion_paces"):
        return ()
    section = document.section("emotion_paces")
    if not set(section.keys) <= set(emotions):
        raise document.odd("emotion_paces", f"a mapping from any of {', '.join(emotions)} to factors")
    return tuple((name, _pace(section, name)) for name in emotions if section.has(name))


def _unit(section: Section, files: VoiceFiles) -> LinguisticUnit:
    try:
        return LinguisticUnit.build(
            section.names("lfeat_type_list"),
            section.names("speaker_list"),
            section.text("language", DEFAULT_LANGUAGE),
            has_mask=files.has_mask,
            emotions=section.names("emotion_list") if section.has("emotion_list") else None,
        )
    except ModelError as error:
        raise ModelError(f"{section.path}: {error}") from error


def _f0_scale(params: Section, files: VoiceFiles) -> F0Scale:
    kind = params.text("nsf_norm_type", "mean_std")
    if kind == "global":
        maximum = params.number("nsf_f0_global_maximum", _F0_MAXIMUM)
        minimum = params.number("nsf_f0_global_minimum", _F0_MINIMUM)
        return F0Scale(scale=maximum - minimum, offset=minimum)
    if kind != "mean_std":
        raise params.odd("nsf_norm_type", "mean_std or global")
    statistics = array(
        files.f0_statistics,
        f"mvn.npy, the F0 statistics of the voice {files.name}, is missing in {params.path.parent}.",
    )
    if statistics.shape != (2, 1):
        raise ModelError(
            f"{files.f0_statistics} has shape {statistics.shape}, expected (2, 1): mean and deviation."
        )
    return F0Scale(scale=float(statistics[1, 0]), offset=float(statistics[0, 0]))


def _check_supported(params: Section) -> None:
    if params.integer("out_channels", 1) != 1:
        raise ModelError(
            f"{params.path}: a vocoder of several sub-bands (out_channels > 1) is not supported."
        )
    if not params.flag("repeat_upsample", True):
        raise ModelError(f"{params.path}: a vocoder without repeat_upsample is not supported.")
    activation = (
        params.section("nonlinear_activation_params") if params.has("nonlinear_activation_params") else None
    )
    slope = activation.number("negative_slope", _SLOPE) if activation else _SLOPE
    if params.text("nonlinear_activation", "LeakyReLU") != "LeakyReLU" or not math.isclose(slope, _SLOPE):
        raise ModelError(
            f"{params.path}: nonlinear_activation must be LeakyReLU with a negative_slope of {_SLOPE}."
        )


def _dilations(params: Section) -> tuple[tuple[int, ...], ...]:
    rows = params.value("resblock_dilations")
    if not isinstance(rows, list) or not rows:
        raise params.odd("resblock_dilations", "a list of lists of whole numbers")
    dilations = tuple(positive(row) for row in rows)
    if not all(dilations):
        raise params.odd("resblock_dilations", "a list of lists of whole numbers")
    if params.has("resblock_kernel_sizes") and len(params.counts("resblock_kernel_sizes")) != len(dilations):
        raise params.odd("resblock_dilations", "one list for each of resblock_kernel_sizes")
    return dilations
