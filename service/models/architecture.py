"""The tensors that Sambert and HiFi-GAN are made of; their sizes are read off the tensors themselves."""

from __future__ import annotations

from pathlib import Path

from service.models.config import AcousticConfig, VocoderConfig
from service.models.shapes import ShapeCheck
from service.models.unit import EMOTION, SPEAKER, LinguisticUnit
from service.models.weights import Tensors

_ENCODER = "text_encoder"
_VARIANCE = "variance_adaptor"
_DECODER = "mel_decoder.mel_dec"
_POSTNET = "mel_postnet"
_EMBEDDINGS = {
    "sy": "sy_emb",
    "tone": "tone_emb",
    "syllable_flag": "syllable_flag_emb",
    "word_segment": "ws_emb",
    "byte_index": "byte_index_emb",
}
_PAUSES = 4  # classes of the filled-pause predictor, none included


def check_acoustic(
    path: Path, tensors: Tensors, config: AcousticConfig, unit: LinguisticUnit, speaker_units: int | None
) -> tuple[str, ...]:
    """Checks Sambert's tensors and gives the names of those that it has no use for.

    Args:
        path: where they come from.
        tensors: without what only training needs.
        config: the voice's settings.
        unit: the voice's vocabularies.
        speaker_units: the size of an SE voice's speaker vector; None for a table of speakers.

    Raises:
        ModelError: tensors are missing or do not fit.
    """
    check = ShapeCheck(tensors)
    hidden = check.size(f"{_ENCODER}.ling_proj.weight", 0)
    emotion = check.size("emo_tokenizer.weight", 1)
    if speaker_units is None:
        speaker = check.size("spk_tokenizer.weight", 1)
        check.rows("spk_tokenizer.weight", (unit.rows(SPEAKER),), speaker)
    else:
        speaker = speaker_units
    check.rows("emo_tokenizer.weight", _emotion_rows(unit), emotion)
    _encoder(check, config, unit, hidden)
    _variance(check, hidden, hidden + speaker + emotion)
    _decoder(check, config, config.frames_per_step * hidden + speaker + emotion)
    _postnet(check)
    if config.filled_pauses:
        _filled_pauses(check, hidden)
    return check.finish(path)


def check_vocoder(path: Path, tensors: Tensors, config: VocoderConfig) -> tuple[str, ...]:
    """Checks HiFi-GAN's tensors, weight norm folded, and gives the names of those that it has no use for.

    Raises:
        ModelError: tensors are missing or do not fit.
    """
    check = ShapeCheck(tensors)
    channels = check.size("conv_pre.conv1d.weight", 0)
    check.affine("conv_pre.conv1d", channels, 0, 0)
    if channels % 2 ** len(config.scales):
        check.fail(f"{channels} channels cannot be halved {len(config.scales)} times")
    for stage in range(len(config.scales)):
        _stage(check, config, stage, channels >> (stage + 1))
    check.affine("conv_post.conv1d", 1, channels >> len(config.scales), 0)
    if config.excitation_rate is not None:
        check.affine("source_module.ffn.0", 1, config.harmonics + 1, 1)
    return check.finish(path)


def _emotion_rows(unit: LinguisticUnit) -> range:
    """The table may end early, but not before neutral, the second emotion."""
    names = len(unit.vocabularies[EMOTION])
    return range(unit.rows(EMOTION) - names + 2, unit.rows(EMOTION) + 1)


def _encoder(check: ShapeCheck, config: AcousticConfig, unit: LinguisticUnit, hidden: int) -> None:
    tables = [(feature, f"{_ENCODER}.{_EMBEDDINGS[feature]}.weight") for feature in unit.linguistic_features]
    width = check.size(tables[0][1], 1)
    for feature, table in tables:
        check.rows(table, (unit.rows(feature),), width)
    stack = f"{_ENCODER}.ling_enc"
    units = check.size(f"{stack}.ln.weight", 0)
    for layer in range(check.count(f"{stack}.fft")):
        block, inputs = f"{stack}.fft.{layer}", units if layer else width
        attended = _attended(
            check, f"{block}.slf_attn.w_qkv.weight", config.encoder_heads, "encoder_num_heads"
        )
        check.norm(f"{block}.slf_attn.layer_norm", inputs)
        check.affine(f"{block}.slf_attn.w_qkv", 3 * attended, inputs)
        check.affine(f"{block}.slf_attn.fc", units, attended)
        _feed_forward(check, f"{block}.pos_ffn", units)
    check.norm(f"{stack}.ln", units)
    check.affine(f"{_ENCODER}.ling_proj", hidden, units, bias=False)


def _attended(check: ShapeCheck, name: str, heads: int, setting: str) -> int:
    """The width of all heads together, which the settings must divide."""
    width = check.size(name, 0) // 3
    if width % heads:
        check.fail(f"{name} gives {width} units, which {setting} {heads} does not divide")
    return width


def _feed_forward(check: ShapeCheck, prefix: str, units: int) -> None:
    inner = check.size(f"{prefix}.w_1.weight", 0)
    check.norm(f"{prefix}.layer_norm", units)
    check.affine(f"{prefix}.w_1", inner, units, check.size(f"{prefix}.w_1.weight", 2))
    check.affine(f"{prefix}.w_2", units, inner, 1)


def _fsmn(check: ShapeCheck, prefix: str, inputs: int) -> int:
    """Gives the units of the stack's memory."""
    units = check.size(f"{prefix}.ffn_lst.0.w_2.weight", 0)
    for layer in range(check.count(f"{prefix}.ffn_lst")):
        inner = check.size(f"{prefix}.ffn_lst.{layer}.w_1.weight", 0)
        check.affine(f"{prefix}.ffn_lst.{layer}.w_1", inner, units if layer else inputs, 1)
        check.affine(f"{prefix}.ffn_lst.{layer}.w_2", units, inner, 1, bias=False)
        check.affine(f"{prefix}.memory_block_lst.{layer}.conv_dw", units, 1, 0, bias=False)
    return units


def _variance(check: ShapeCheck, hidden: int, conditioned: int) -> None:
    for kind in ("pitch", "energy"):
        predictor = f"{_VARIANCE}.{kind}_predictor"
        units = _fsmn(check, f"{predictor}.fsmn", conditioned)
        cells = check.size(f"{predictor}.blstm.weight_hh_l0", 1)
        check.lstm(f"{predictor}.blstm", units, cells, ("l0", "l0_reverse"))
        check.affine(f"{predictor}.fc", 1, 2 * cells)
        check.affine(f"{_VARIANCE}.{kind}_emb", hidden, 1, 0)
    predictor = f"{_VARIANCE}.duration_predictor"
    units = _prenet(check, f"{predictor}.prenet", 1, (0, 3))
    cells = check.size(f"{predictor}.lstm.weight_hh_l0", 1)
    check.lstm(f"{predictor}.lstm", units + conditioned, cells, ("l0", "l1"))
    check.affine(f"{predictor}.fc", 1, cells)


def _prenet(check: ShapeCheck, prefix: str, inputs: int, layers: tuple[int, ...]) -> int:
    """Gives the units of the last layer; activation and dropout take up the numbers in between."""
    for layer in layers:
        units = check.size(f"{prefix}.fcs.{layer}.weight", 0)
        check.affine(f"{prefix}.fcs.{layer}", units, inputs)
        inputs = units
    return inputs


def _decoder(check: ShapeCheck, config: AcousticConfig, memory: int) -> None:
    mels = check.size(f"{_POSTNET}.fc.weight", 0)
    units = check.size(f"{_DECODER}.ln.weight", 0)
    prenet = _prenet(check, f"{_DECODER}.prenet", mels, (0, 3, 6))
    check.affine(f"{_DECODER}.dec_in_proj", units, memory + prenet)
    for layer in range(check.count(f"{_DECODER}.pnca")):
        block = f"{_DECODER}.pnca.{layer}"
        attention = f"{block}.pnca_attn"
        attended = _attended(check, f"{attention}.w_x_qkv.weight", config.decoder_heads, "decoder_num_heads")
        check.norm(f"{attention}.layer_norm", units)
        check.affine(f"{attention}.w_x_qkv", 3 * attended, units)
        check.affine(f"{attention}.fc_x", units, attended)
        check.affine(f"{attention}.w_h_kv", 2 * attended, memory)
        check.affine(f"{attention}.fc_h", units, attended)
        _feed_forward(check, f"{block}.pos_ffn", units)
    check.norm(f"{_DECODER}.ln", units)
    check.affine(f"{_DECODER}.dec_out_proj", config.frames_per_step * mels, units)


def _postnet(check: ShapeCheck) -> None:
    mels = check.size(f"{_POSTNET}.fc.weight", 0)
    units = _fsmn(check, f"{_POSTNET}.fsmn", mels)
    cells = check.size(f"{_POSTNET}.lstm.weight_hh_l0", 1)
    check.lstm(f"{_POSTNET}.lstm", units, cells, ("l0",))
    check.affine(f"{_POSTNET}.fc", mels, cells)


def _filled_pauses(check: ShapeCheck, hidden: int) -> None:
    inner = check.size("FP_predictor.w_1.weight", 0)
    check.affine("FP_predictor.w_1", inner, hidden, check.size("FP_predictor.w_1.weight", 2))
    check.norm("FP_predictor.layer_norm1", inner)
    check.affine("FP_predictor.w_2", hidden, inner, 1)
    check.norm("FP_predictor.layer_norm2", hidden)
    check.affine("FP_predictor.fc", _PAUSES, hidden)


def _stage(check: ShapeCheck, config: VocoderConfig, stage: int, channels: int) -> None:
    deconv = f"transpose_upsamples.{stage}.1.deconv"
    check.tensor(f"{deconv}.weight", 2 * channels, channels, 0)  # input first
    check.tensor(f"{deconv}.bias", channels)
    if 0 < check.size(f"{deconv}.weight", 2) < config.scales[stage]:
        check.fail(f"{deconv}.weight is shorter than the scale {config.scales[stage]} of its stage")
    check.affine(f"repeat_upsamples.{stage}.2.conv1d", channels, 2 * channels, 0)
    for place, dilations in enumerate(config.dilations):
        block = f"conv_blocks.{stage * len(config.dilations) + place}"
        kernel = check.size(f"{block}.convs1.0.conv1d.weight", 2)
        for layer in range(len(dilations)):
            check.affine(f"{block}.convs1.{layer}.conv1d", channels, channels, kernel)
            check.affine(f"{block}.convs2.{layer}.conv1d", channels, channels, kernel)
    if config.excitation_rate is not None:
        _source(check, config, stage, channels)


def _source(check: ShapeCheck, config: VocoderConfig, stage: int, channels: int) -> None:
    """The way of the excitation into a stage, with a stride of all later scales."""
    stride = 1
    for scale in config.scales[stage + 1 :]:
        stride *= scale
    check.affine(f"source_downs.{stage}.conv1d", channels, 1, 2 * stride if stride > 1 else 1)
