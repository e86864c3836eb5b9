"""Names and shapes of the tensors in an official checkpoint, built from a voice's sizes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from bench.voice_sizes import AcousticSizes, VoiceSizes

SPEAKERS = ("F7", "F74", "FBYN", "FRXL", "M7", "xiaoyu")
POSITIONS = "text_encoder.ling_enc.position_enc.position_enc"
TIMESCALES = "variance_adaptor.dur_position_encoder.inv_timescales"

Shapes = Iterator[tuple[str, tuple[int, ...]]]

_VOCABULARIES = {"sy": 147, "tone": 10, "syllable_flag": 8, "ws": 8}  # with padding, end and mask
_EMOTIONS = 36
_SPECIALS = 3


def acoustic_shapes(sizes: VoiceSizes) -> Shapes:
    """Gives names and shapes of Sambert's tensors."""
    a = sizes.acoustic
    yield from _encoder(a)
    yield "spk_tokenizer.weight", (len(SPEAKERS) + _SPECIALS, a.speaker_units)
    yield "emo_tokenizer.weight", (_EMOTIONS, a.emotion_units)
    condition = a.encoder_projection_units + a.speaker_units + a.emotion_units
    for predictor in ("pitch_predictor", "energy_predictor"):
        yield from _variance(f"variance_adaptor.{predictor}", condition, a)
    yield from _durations("variance_adaptor.duration_predictor", condition, a)
    yield TIMESCALES, (a.encoder_projection_units,)
    for embedding in ("pitch_emb", "energy_emb"):
        yield from _linear(f"variance_adaptor.{embedding}", (a.encoder_projection_units, 1, 9))
    yield from _decoder("mel_decoder.mel_dec", sizes.outputs, a)
    yield from _postnet("mel_postnet", sizes.outputs, a)


def _encoder(a: AcousticSizes) -> Shapes:
    for name, rows in _VOCABULARIES.items():
        yield f"text_encoder.{name}_emb.weight", (rows, a.embedding_dim)
    units = a.encoder_num_units
    for layer in range(a.encoder_num_layers):
        block = f"text_encoder.ling_enc.fft.{layer}"
        width = units if layer else a.embedding_dim
        yield from _norm(f"{block}.slf_attn.layer_norm", width)
        yield from _linear(f"{block}.slf_attn.w_qkv", (3 * units, width))
        yield from _linear(f"{block}.slf_attn.fc", (units, units))
        yield from _feed_forward(f"{block}.pos_ffn", units, a.encoder_ffn_inner_dim, kernel=3)
    yield from _norm("text_encoder.ling_enc.ln", units)
    yield POSITIONS, (1, a.max_len, a.embedding_dim)
    yield "text_encoder.ling_proj.weight", (a.encoder_projection_units, units)


def _variance(name: str, condition: int, a: AcousticSizes) -> Shapes:
    memory, inner, units = a.predictor_num_memory_units, a.predictor_ffn_inner_dim, a.predictor_lstm_units
    layers, kernel = a.predictor_fsmn_num_layers, a.predictor_filter_size
    yield from _fsmn(f"{name}.fsmn", (condition, inner, memory), layers, kernel)
    for direction in ("", "_reverse"):
        yield from _lstm(f"{name}.blstm", memory, units, f"l0{direction}")
    yield from _linear(f"{name}.fc", (1, 2 * units))


def _durations(name: str, condition: int, a: AcousticSizes) -> Shapes:
    (first, second), units = a.dur_pred_prenet_units, a.dur_pred_lstm_units
    yield from _linear(f"{name}.prenet.fcs.0", (first, 1))
    yield from _linear(f"{name}.prenet.fcs.3", (second, first))
    yield from _lstm(f"{name}.lstm", second + condition, units, "l0")
    yield from _lstm(f"{name}.lstm", units, units, "l1")
    yield from _linear(f"{name}.fc", (1, units))


def _decoder(name: str, channels: int, a: AcousticSizes) -> Shapes:
    (first, second), units = a.decoder_prenet_units, a.decoder_num_units
    yield from _linear(f"{name}.prenet.fcs.0", (first, channels))
    yield from _linear(f"{name}.prenet.fcs.3", (second, first))
    yield from _linear(f"{name}.prenet.fcs.6", (units, second))
    yield from _linear(f"{name}.dec_in_proj", (units, a.memory_units + units))
    for layer in range(a.decoder_num_layers):
        block = f"{name}.pnca.{layer}"
        yield from _norm(f"{block}.pnca_attn.layer_norm", units)
        yield from _linear(f"{block}.pnca_attn.w_x_qkv", (3 * units, units))
        yield from _linear(f"{block}.pnca_attn.fc_x", (units, units))
        yield from _linear(f"{block}.pnca_attn.w_h_kv", (2 * units, a.memory_units))
        yield from _linear(f"{block}.pnca_attn.fc_h", (units, units))
        yield from _feed_forward(f"{block}.pos_ffn", units, a.decoder_ffn_inner_dim, kernel=1)
    yield from _norm(f"{name}.ln", units)
    yield from _linear(f"{name}.dec_out_proj", (a.outputs_per_step * channels, units))


def _postnet(name: str, channels: int, a: AcousticSizes) -> Shapes:
    memory, inner, units = a.postnet_num_memory_units, a.postnet_ffn_inner_dim, a.postnet_lstm_units
    layers, kernel = a.postnet_fsmn_num_layers, a.postnet_filter_size
    yield from _fsmn(f"{name}.fsmn", (channels, inner, memory), layers, kernel)
    yield from _lstm(f"{name}.lstm", memory, units, "l0")
    yield from _linear(f"{name}.fc", (channels, units))


def _fsmn(name: str, widths: tuple[int, int, int], layers: int, kernel: int) -> Shapes:
    inputs, inner, memory = widths
    for layer in range(layers):
        yield from _linear(f"{name}.ffn_lst.{layer}.w_1", (inner, memory if layer else inputs, 1))
        yield f"{name}.ffn_lst.{layer}.w_2.weight", (memory, inner, 1)
    for layer in range(layers):
        yield f"{name}.memory_block_lst.{layer}.conv_dw.weight", (memory, 1, kernel)


def _feed_forward(name: str, units: int, inner: int, kernel: int) -> Shapes:
    yield from _linear(f"{name}.w_1", (inner, units, kernel))
    yield from _linear(f"{name}.w_2", (units, inner, 1))
    yield from _norm(f"{name}.layer_norm", units)


def _lstm(name: str, inputs: int, units: int, suffix: str) -> Shapes:
    yield f"{name}.weight_ih_{suffix}", (4 * units, inputs)
    yield f"{name}.weight_hh_{suffix}", (4 * units, units)
    yield f"{name}.bias_ih_{suffix}", (4 * units,)
    yield f"{name}.bias_hh_{suffix}", (4 * units,)


def _linear(name: str, shape: tuple[int, ...]) -> Shapes:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _norm(name: str, width: int) -> Shapes:
    yield from _linear(name, (width,))


def vocoder_shapes(sizes: VoiceSizes) -> Iterator[tuple[str, tuple[int, ...], int]]:
    """Gives names, weights' shapes and numbers of outputs of HiFi-GAN's convolutions."""
    v = sizes.vocoder
    widths = [v.channels >> stage for stage in range(len(v.scales) + 1)]
    yield "conv_pre.conv1d", (widths[0], sizes.acoustic.num_mels, 7), widths[0]
    for stage, (above, below) in enumerate(pairwise(widths)):
        yield f"transpose_upsamples.{stage}.1.deconv", (above, below, v.kernels[stage]), below
        yield f"repeat_upsamples.{stage}.2.conv1d", (below, above, 7), below
        for block, kernel in enumerate(v.block_kernels, stage * len(v.block_kernels)):
            for layer in range(len(v.dilations)):
                for convs in ("convs1", "convs2"):
                    yield f"conv_blocks.{block}.{convs}.{layer}.conv1d", (below, below, kernel), below
    yield "conv_post.conv1d", (1, widths[-1], 7), 1
    if sizes.nsf:
        yield "source_module.ffn.0", (1, 8, 1), 1
        for stage, below in enumerate(widths[1:]):
            later = math.prod(v.scales[stage + 1 :])
            yield f"source_downs.{stage}.conv1d", (below, 1, 2 * later if later > 1 else 1), below
