"""Random weights with which a Sambert-HifiGan voice stays as calm as a trained one."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bench.voice_shapes import POSITIONS, TIMESCALES, acoustic_shapes, vocoder_shapes
from bench.voice_sizes import AcousticSizes, VoiceSizes

Weights = dict[str, NDArray[np.float32]]

_WAVES = 16  # cosines that a mel spectrum is made of
_DURATIONS = "variance_adaptor.duration_predictor"

# How much of its input's variance a layer hands on; the first fragment that its name holds counts.
_ACOUSTIC_GAINS = {
    # Symbols must not melt into their sentence: they attend to themselves, and little is added to them.
    "slf_attn.w_qkv": 2.0,
    "ling_enc.fft.0.": 1.0,
    "slf_attn.fc": 0.3,
    "ling_enc.": 0.3,
    "predictor.fsmn.memory_block": 0.3,
    "_predictor.blstm.weight_ih": 3.0,
    "pitch_predictor.fc": 4.0,
    "energy_predictor.fc": 4.0,
    "pitch_emb": 0.3,
    "energy_emb": 0.3,
    f"{_DURATIONS}.fc": 0.1,
    f"{_DURATIONS}.lstm.weight_hh": 0.3,
    f"{_DURATIONS}.lstm.weight_ih_l1": 4.0,
    "pnca_attn.fc_": 0.5,
    "pnca": 1.0,
    "mel_postnet.fc": 0.3,
    "": 1.0,
}
_VOCODER_GAINS = {"convs": 0.5, "conv_post": 0.3, "": 1.0}


def acoustic_weights(sizes: VoiceSizes, rng: np.random.Generator) -> Weights:
    """Gives Sambert's tensors by their names in a checkpoint."""
    weights = {name: _tensor(name, shape, rng) for name, shape in acoustic_shapes(sizes)}
    weights[POSITIONS] = _sinusoids(sizes.acoustic)
    weights[TIMESCALES] = _timescales(sizes.acoustic.encoder_projection_units)
    _attend_to_oneself(weights)
    _calm_durations(weights, sizes.acoustic)
    _smooth_mels(weights, sizes, rng)
    return weights


def vocoder_weights(sizes: VoiceSizes, rng: np.random.Generator) -> Weights:
    """Gives HiFi-GAN's tensors by their names in a checkpoint, each weight normalised: ``_g`` and ``_v``."""
    weights: Weights = {}
    for name, shape, outputs in vocoder_shapes(sizes):
        axes = tuple(range(1, len(shape)))
        inputs = math.prod(shape) / outputs / _overlap(name, sizes)
        scale = _gain(name, _VOCODER_GAINS) / math.sqrt(inputs)
        weights[f"{name}.bias"] = 0.02 * _normal(rng, (outputs,))
        weights[f"{name}.weight_v"] = values = _normal(rng, shape)
        if name == "conv_post.conv1d":
            values -= values.mean(axis=-1, keepdims=True)  # no constant offset in the samples
        norm = np.sqrt((values**2).sum(axis=axes, keepdims=True))
        weights[f"{name}.weight_g"] = norm * np.float32(scale) * (1 + 0.1 * _normal(rng, norm.shape))
    return weights


def _overlap(name: str, sizes: VoiceSizes) -> int:
    """By how much fewer inputs an output sees than the shape of a weight tells."""
    return sizes.vocoder.scales[int(name.split(".")[1])] if "deconv" in name else 1


def _tensor(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    values = _normal(rng, shape)
    scale = _gain(name, _ACOUSTIC_GAINS) / math.sqrt(math.prod(shape[1:]))
    if name.endswith(("layer_norm.weight", "ln.weight")):
        values = 1 + 0.1 * values
    elif len(shape) == 1:
        values *= 0.1
    elif len(shape) == 3 or not name.endswith(
        ("emb.weight", "tokenizer.weight")
    ):  # tables have unit variance
        values *= np.float32(scale)
    return values


def _attend_to_oneself(weights: Weights) -> None:
    """The first block has no skip: what its attention does not keep of a symbol is lost."""
    for name, values in weights.items():
        if name.endswith("slf_attn.w_qkv.weight"):
            query, key, _ = np.split(values, 3)
            key[:] = query


def _calm_durations(weights: Weights, a: AcousticSizes) -> None:
    """Durations follow the text, a little the last one, and forget soon."""
    rows = weights[f"{_DURATIONS}.lstm.weight_ih_l0"]
    text = a.dur_pred_prenet_units[1]
    others = text + a.encoder_projection_units
    rows[:, :text] *= 0.1
    rows[:, text:others] *= 4
    rows[:, others:] *= 0.3
    forget = slice(a.dur_pred_lstm_units, 2 * a.dur_pred_lstm_units)
    for layer in ("l0", "l1"):
        weights[f"{_DURATIONS}.lstm.weight_ih_{layer}"][forget] *= 0.2
        weights[f"{_DURATIONS}.lstm.bias_ih_{layer}"][forget] -= 1
    weights[f"{_DURATIONS}.fc.bias"] += 2  # frames, in logarithm: enough that none is cut off at zero


def _smooth_mels(weights: Weights, sizes: VoiceSizes, rng: np.random.Generator) -> None:
    """Mels follow the text more than the speaker, and change little between bins and frames of a step."""
    a = sizes.acoustic
    inputs = weights["mel_decoder.mel_dec.dec_in_proj.weight"]
    inputs[:, a.outputs_per_step * a.encoder_projection_units : a.memory_units] *= 0.2
    bins = np.arange(sizes.outputs)[:, None] + 0.5
    waves = np.cos(np.pi / sizes.outputs * bins * np.arange(_WAVES), dtype=np.float32)
    shape = (_WAVES, a.decoder_num_units)
    scale = np.float32(0.7 / math.sqrt(math.prod(shape) / 2))
    common = _normal(rng, shape)
    frames = [waves @ (common + 0.3 * _normal(rng, shape)) * scale for _ in range(a.outputs_per_step)]
    weights["mel_decoder.mel_dec.dec_out_proj.weight"] = np.concatenate(frames)
    if sizes.nsf:
        voicing = weights["mel_decoder.mel_dec.dec_out_proj.bias"][sizes.outputs - 1 :: sizes.outputs]
        voicing += 1.4  # most frames are voiced


def _gain(name: str, gains: Mapping[str, float]) -> float:
    return next(gain for fragment, gain in gains.items() if fragment in name)


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    return rng.standard_normal(shape, dtype=np.float32)


def _sinusoids(a: AcousticSizes) -> NDArray[np.float32]:
    half = a.embedding_dim // 2
    angles = np.arange(1, a.max_len + 1)[:, None] / 10000 ** (np.arange(half) / (half - 1))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[None].astype(np.float32)


def _timescales(units: int) -> NDArray[np.float32]:
    return (10000 ** (np.arange(units) // 2 * 2 / units)).astype(np.float32)
