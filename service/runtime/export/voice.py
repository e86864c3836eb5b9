"""Exports a voice: its graphs, what runs outside them, vocoders in integers, and a verdict on int8."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from service.models.line import SymbolLine
from service.models.weights import VoiceWeights
from service.runtime.export.acoustic import encoder_graph, predictor_graph
from service.runtime.export.int8 import quantized
from service.runtime.export.int16 import int16_vocoder, layers
from service.runtime.export.mels import vocoder_inputs
from service.runtime.export.peaks import input_peaks
from service.runtime.export.postnet import postnet_graph
from service.runtime.export.verdict import Scorer, Verdict, judge
from service.runtime.export.vocoder import context_after, vocoder_graph
from service.runtime.exported import (
    ENCODER,
    EXPORT_VERSION,
    POSTNET,
    PREDICTOR,
    TENSORS,
    VOCODER,
    VOCODER_INT8,
    VOCODER_INT16,
    ExportedVoice,
    compact,
)

_OUTSIDE = ("mel_decoder.", "variance_adaptor.", "emo_tokenizer.", "spk_tokenizer.")
_IN_GRAPHS = ("variance_adaptor.pitch_predictor.", "variance_adaptor.energy_predictor.")


def export_voice(weights: VoiceWeights) -> ExportedVoice:
    """Gives a voice with its vocoder in fp32; ``with_int16`` and ``with_int8`` add faster ones."""
    acoustic, config = weights.acoustic, weights.acoustic_config
    context = context_after(weights.vocoder, weights.vocoder_config, -1)
    graphs = {
        ENCODER: encoder_graph(acoustic, config),
        PREDICTOR: predictor_graph(acoustic, config),
        POSTNET: postnet_graph(acoustic, config),
        VOCODER: vocoder_graph(weights.vocoder, weights.vocoder_config, planar=True),
    }
    files = {name: graph.SerializeToString() for name, graph in graphs.items()}
    return ExportedVoice(
        name=weights.name,
        sample_rate=weights.sample_rate,
        unit=weights.unit,
        acoustic=config,
        vocoder=weights.vocoder_config,
        context=(context.before, context.behind),
        precision="fp32",
        verdict={},
        fingerprint=f"{weights.fingerprint}-{EXPORT_VERSION}",
        files={**files, TENSORS: _tensors(weights)},
    )


def with_int16(voice: ExportedVoice, weights: VoiceWeights, lines: Sequence[SymbolLine]) -> ExportedVoice:
    """Adds the vocoder in 16-bit integers, in which the voice serves from now on.

    Args:
        voice: as ``export_voice`` gave it.
        weights: what it was made of.
        lines: for calibration, at least one.
    """
    config = weights.vocoder_config
    peaks = input_peaks(voice.files[VOCODER], vocoder_inputs(voice, lines))
    named = dict(zip(layers(config), peaks, strict=True))
    files = {**voice.files, VOCODER_INT16: int16_vocoder(weights.vocoder, config, named)}
    return replace(voice, precision="int16", files=files)


def with_int8(
    voice: ExportedVoice,
    weights: VoiceWeights,
    lines: Sequence[SymbolLine],
    scorer: Scorer | None = None,
) -> tuple[ExportedVoice, Verdict]:
    """Adds the int8 vocoder, calibrated on what the voice itself says, and judges it.

    Args:
        voice: without int8.
        weights: what it was made of.
        lines: at least two; the first half for calibration, the second half for the verdict.
        scorer: scores takes of the second half, or None where nothing can.

    Returns:
        The voice, which serves in int8 only if that passes, and the verdict.
    """
    graph = vocoder_graph(weights.vocoder, weights.vocoder_config, planar=False)
    half = len(lines) // 2
    files = {**voice.files, VOCODER_INT8: quantized(graph, voice, lines[:half]).SerializeToString()}
    faster = replace(voice, files=files)
    verdict = judge(faster, lines[half:], scorer)
    precision = "int8" if verdict.passed else voice.precision
    return replace(faster, precision=precision, verdict=verdict.figures), verdict


def _tensors(weights: VoiceWeights) -> bytes:
    kept = {
        name: tensor
        for name, tensor in weights.acoustic.items()
        if name.startswith(_OUTSIDE) and not name.startswith(_IN_GRAPHS)
    }
    kept |= {name: t for name, t in weights.vocoder.items() if name.startswith("source_module.")}
    if weights.speaker_vector is not None:
        kept["speaker_vector"] = weights.speaker_vector
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **{name: compact(tensor) for name, tensor in kept.items()})
    return archive.getvalue()
