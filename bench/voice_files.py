"""Writes voices in the ModelScope layout: settings and checkpoints as official models have them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import yaml

from bench.voice_sizes import VoiceSizes

_DROPOUTS = (
    "encoder_dropout",
    "encoder_attention_dropout",
    "encoder_relu_dropout",
    "predictor_dropout",
    "decoder_dropout",
    "decoder_attention_dropout",
    "decoder_relu_dropout",
    "postnet_dropout",
)


def write_model(folder: Path, sample_rate: int, voices: Sequence[str]) -> None:
    """Writes what a model says of itself: its audio, and its voices, the default first."""
    model = {"type": "sambert-hifigan", "sample_rate": sample_rate}
    configuration = {"framework": "pytorch", "task": "text-to-speech", "model": model}
    _json(folder / "configuration.json", configuration | {"pipeline": {"type": "sambert-hifigan-tts"}})
    _json(folder / "voices" / "voices.json", {"voices": list(voices)})


def write_settings(
    voice: Path,
    sizes: VoiceSizes,
    audio: Mapping[str, Any],
    speakers: Sequence[str],
    emotions: Sequence[str] | None = None,
    pace: float | None = None,
    emotion_paces: Sequence[tuple[str, float]] = (),
) -> None:
    """Writes the YAML files of a voice.

    Args:
        voice: its folder.
        sizes: of its networks.
        audio: what its ``audio_config`` says.
        speakers: in the order of their rows.
        emotions: those that it has learned; None says nothing of them.
        pace: factor on the speaking rate that it has learned; None says nothing of it.
        emotion_paces: further factors, of emotions.
    """
    said = {"audio_config": dict(audio)}
    _yaml(voice / "audio_config.yaml", said)
    own: dict[str, Any] = {} if pace is None else {"pace": pace}
    if emotion_paces:
        own["emotion_paces"] = dict(emotion_paces)
    acoustic = {"model_type": "sambert"} | own | _acoustic(sizes, speakers, emotions)
    _yaml(voice / "am" / "config.yaml", acoustic | said)
    _yaml(voice / "voc" / "config.yaml", {"model_type": "hifigan"} | _vocoder(sizes) | said)


def write_checkpoint(network: Path, model: Mapping[str, Any], steps: int = 0) -> None:
    """Writes the checkpoint of a network whose folder is ``am`` or ``voc`` of a voice."""
    path = network / "ckpt" / f"checkpoint_{steps}.pth"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": dict(model), "steps": steps}, path)


def _acoustic(sizes: VoiceSizes, speakers: Sequence[str], emotions: Sequence[str] | None) -> dict[str, Any]:
    own = asdict(sizes.acoustic) | {"MAS": False, "NSF": sizes.nsf, "num_mels": sizes.outputs}
    unit = {
        "cleaners": "english_cleaners",
        "lfeat_type_list": "sy,tone,syllable_flag,word_segment,emo_category,speaker_category",
        "speaker_list": ",".join(speakers),
    }
    known = {} if emotions is None else {"emotion_list": ",".join(emotions)}
    params = _plain(own) | dict.fromkeys(_DROPOUTS, 0.1)
    return {"Model": {"KanTtsSAMBERT": {"params": params}}, "linguistic_unit": unit | known}


def _vocoder(sizes: VoiceSizes) -> dict[str, Any]:
    v = sizes.vocoder
    params = {
        "in_channels": sizes.acoustic.num_mels,
        "out_channels": 1,
        "channels": v.channels,
        "kernel_size": 7,
        "upsample_scales": v.scales,
        "upsample_kernal_sizes": v.kernels,  # sic
        "resblock_kernel_sizes": v.block_kernels,
        "resblock_dilations": [list(v.dilations) for _ in v.block_kernels],
        "causal": v.causal,
        "bias": True,
        "nonlinear_activation": "LeakyReLU",
        "nonlinear_activation_params": {"negative_slope": 0.1},
        "use_weight_norm": True,
    }
    source = {"nsf_params": {"nb_harmonics": 7, "sampling_rate": sizes.sample_rate}} if sizes.nsf else {}
    return {"Model": {"Generator": {"params": _plain(params | source)}}}


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """YAML has lists, but no tuples."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in params.items()}


def _json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _yaml(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
