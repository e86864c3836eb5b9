"""The generated voice: laid out and sized as official ones are, and as calm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.lines import symbol_lines
from bench.make_voice import LONGEST_SYMBOL, SECONDS_A_SYMBOL, make_voice
from bench.voice_shapes import SPEAKERS, acoustic_shapes, vocoder_shapes
from bench.voice_sizes import CONFIGS, AcousticSizes, VocoderSizes, VoiceSizes
from bench.voice_weights import vocoder_weights
from service.models.hifigan import HifiGan
from service.models.layout import ModelFolder
from service.models.line import SymbolLine
from service.models.reader import read_voice
from service.models.sambert import AcousticOutput, Sambert
from service.models.weights import VoiceWeights

TINY = VoiceSizes(
    acoustic=AcousticSizes(
        max_len=20,
        embedding_dim=32,
        encoder_num_layers=2,
        encoder_num_heads=2,
        encoder_num_units=32,
        encoder_ffn_inner_dim=64,
        encoder_projection_units=16,
        speaker_units=4,
        emotion_units=4,
        predictor_fsmn_num_layers=2,
        predictor_filter_size=11,
        predictor_num_memory_units=16,
        predictor_ffn_inner_dim=32,
        predictor_lstm_units=16,
        dur_pred_prenet_units=(16, 16),
        dur_pred_lstm_units=32,
        decoder_prenet_units=(32, 32),
        decoder_num_layers=2,
        decoder_num_heads=2,
        decoder_num_units=32,
        decoder_ffn_inner_dim=64,
        postnet_fsmn_num_layers=2,
        postnet_num_memory_units=16,
        postnet_ffn_inner_dim=32,
        postnet_lstm_units=16,
    ),
    vocoder=VocoderSizes(channels=32, dilations=(1, 3)),
)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return symbol_lines(50, 6)


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> VoiceWeights:
    return made(tmp_path_factory.mktemp("voice"), TINY, lines)


@pytest.fixture(scope="module")
def spoken(voice: VoiceWeights, lines: list[str]) -> list[AcousticOutput]:
    sambert = Sambert(voice)
    return [sambert.speak(SymbolLine.plain(line)) for line in lines]


def made(folder: Path, sizes: VoiceSizes, lines: list[str], seed: int = 0) -> VoiceWeights:
    make_voice(folder, sizes, seed, lines)
    return read_voice(ModelFolder(folder), "bench")


def test_official_sizes() -> None:
    """395 tensors of 12.71 million numbers, and 106 convolutions."""
    official = CONFIGS["sambert_16k"]
    shapes = dict(acoustic_shapes(official))
    assert len(shapes) == 395
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == pytest.approx(12.71e6, abs=1e4)
    assert shapes["mel_decoder.mel_dec.pnca.11.pnca_attn.w_h_kv.weight"] == (256, 160)
    assert shapes["mel_postnet.fsmn.memory_block_lst.3.conv_dw.weight"] == (256, 1, 41)
    convolutions = {name: shape for name, shape, _ in vocoder_shapes(official)}
    assert len(convolutions) == 106
    assert convolutions["transpose_upsamples.1.1.deconv"] == (128, 64, 11)
    assert convolutions["conv_blocks.11.convs2.3.conv1d"] == (16, 16, 11)


def test_a_causal_vocoder_has_deconvolutions_of_twice_the_scale() -> None:
    causal = CONFIGS["sambert_16k"].causal()
    assert causal.vocoder == VocoderSizes(causal=True, kernels=(20, 10, 4, 4))


def test_weight_norm_is_not_a_formality() -> None:
    weights = vocoder_weights(TINY, np.random.default_rng(0))
    for name in (name.removesuffix("_g") for name in weights if name.endswith("weight_g")):
        norm = np.linalg.norm(weights[f"{name}_v"].reshape(len(weights[f"{name}_v"]), -1), axis=1)
        assert not np.allclose(weights[f"{name}_g"].ravel(), norm, rtol=0.01), name


def test_the_voice_is_read_like_any_other(voice: VoiceWeights) -> None:
    assert voice.sample_rate == 16000
    assert voice.unit.speakers == SPEAKERS
    assert "happy" in voice.unit.emotions
    assert not voice.vocoder_config.causal


def test_equal_seeds_give_equal_weights(tmp_path: Path, voice: VoiceWeights, lines: list[str]) -> None:
    again, other = made(tmp_path / "0", TINY, lines), made(tmp_path / "1", TINY, lines, seed=1)
    for name, values in voice.acoustic.items():
        np.testing.assert_array_equal(again.acoustic[name], values)
    name = "text_encoder.sy_emb.weight"
    assert not np.array_equal(other.acoustic[name], voice.acoustic[name])


def test_durations_are_those_of_speech(spoken: list[AcousticOutput]) -> None:
    seconds = np.concatenate([output.durations.numpy() for output in spoken]) / 80
    longest = np.array([output.durations.max().item() for output in spoken]) / 80
    assert seconds.mean() == pytest.approx(SECONDS_A_SYMBOL, rel=0.1)
    assert seconds.std() > 0.02
    assert longest.mean() == pytest.approx(LONGEST_SYMBOL, rel=0.2)


def test_mels_move_and_stay_small(spoken: list[AcousticOutput]) -> None:
    for output in spoken:
        assert output.mel.isfinite().all()
        assert output.mel.abs().max() < 5
        for half in output.mel.chunk(2):
            assert half.std(0).mean() > 0.2


def test_audio_is_neither_silent_nor_saturated(voice: VoiceWeights, spoken: list[AcousticOutput]) -> None:
    samples = HifiGan(voice).speak(spoken[0].mel_vocoder)
    assert 0.05 < samples.std() < 0.4
    assert samples.abs().max() < 0.999


def test_an_nsf_voice_has_voiced_and_unvoiced_frames(tmp_path: Path, lines: list[str]) -> None:
    voice = made(tmp_path, replace(TINY, nsf=True), lines)
    mel = Sambert(voice).speak(SymbolLine.plain(lines[0])).mel_vocoder
    vocoder = HifiGan(voice)
    source = vocoder.excitation(mel, vocoder.draw(len(mel), torch.Generator().manual_seed(0)))
    assert mel.shape[1] == 82
    assert 100 < mel[:, -2].mean() < 300
    assert 0 < mel[:, -1].mean() < 1
    assert 0.05 < vocoder.speak(mel, source).std() < 0.4
