"""Sizes of Sambert-HifiGan voices; the defaults are those of the official 16 kHz voices."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class AcousticSizes:
    """Sambert's sizes, named as in ``am/config.yaml``; the defaults are sambert_16k's."""

    num_mels: int = 80
    max_len: int = 800
    embedding_dim: int = 512
    encoder_num_layers: int = 8
    encoder_num_heads: int = 8
    encoder_num_units: int = 128
    encoder_ffn_inner_dim: int = 1024
    encoder_projection_units: int = 32
    speaker_units: int = 32
    emotion_units: int = 32
    predictor_fsmn_num_layers: int = 3
    predictor_filter_size: int = 41
    predictor_shift: int = 0
    predictor_num_memory_units: int = 128
    predictor_ffn_inner_dim: int = 256
    predictor_lstm_units: int = 128
    dur_pred_prenet_units: tuple[int, int] = (128, 128)
    dur_pred_lstm_units: int = 128
    outputs_per_step: int = 3
    decoder_prenet_units: tuple[int, int] = (256, 256)
    decoder_num_layers: int = 12
    decoder_num_heads: int = 8
    decoder_num_units: int = 128
    decoder_ffn_inner_dim: int = 1024
    postnet_fsmn_num_layers: int = 4
    postnet_filter_size: int = 41
    postnet_shift: int = 17
    postnet_num_memory_units: int = 256
    postnet_ffn_inner_dim: int = 512
    postnet_lstm_units: int = 128

    @property
    def memory_units(self) -> int:
        """What the decoder reads a step: the text of all its frames, speaker and emotion of the first."""
        return self.outputs_per_step * self.encoder_projection_units + self.speaker_units + self.emotion_units


@dataclass(frozen=True, slots=True)
class VocoderSizes:
    """HiFi-GAN's sizes; the defaults are hifigan_noncausal_v1_16k's."""

    channels: int = 256
    causal: bool = False
    scales: tuple[int, ...] = (10, 5, 2, 2)
    kernels: tuple[int, ...] = (20, 11, 4, 4)
    block_kernels: tuple[int, ...] = (3, 7, 11)
    dilations: tuple[int, ...] = (1, 3, 5, 7)

    @property
    def hop(self) -> int:
        """Samples a mel frame."""
        return math.prod(self.scales)


@dataclass(frozen=True, slots=True)
class VoiceSizes:
    """A whole voice; with ``nsf`` it has F0 and voicing channels and a vocoder with a harmonic source."""

    sample_rate: int = 16000
    acoustic: AcousticSizes = AcousticSizes()
    vocoder: VocoderSizes = VocoderSizes()
    nsf: bool = False

    @property
    def outputs(self) -> int:
        """Channels of a frame that the acoustic model gives."""
        return self.acoustic.num_mels + 2 * self.nsf

    def causal(self) -> VoiceSizes:
        """Gives the same with a vocoder that only looks back, each deconvolution as wide as two scales."""
        kernels = tuple(2 * scale for scale in self.vocoder.scales)
        return replace(self, vocoder=replace(self.vocoder, causal=True, kernels=kernels))


CONFIGS = {
    "sambert_8k": VoiceSizes(8000, vocoder=VocoderSizes(256, True, (5, 5, 2, 2), (10, 10, 4, 4))),
    "sambert_16k": VoiceSizes(),
    "sambert_24k": VoiceSizes(
        24000, vocoder=VocoderSizes(512, True, (8, 5, 3, 2), (16, 10, 6, 4), dilations=(1, 3, 5))
    ),
    "sambert_48k": VoiceSizes(
        48000,
        AcousticSizes(num_mels=128, max_len=900),
        VocoderSizes(512, True, (10, 5, 3, 2, 2), (20, 10, 6, 4, 4)),
    ),
}
"""By the official names; all but the 16 kHz vocoder are causal, as the official ones are."""
