"""What of a voice's networks cannot be read off their tensors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class F0Scale:
    """How an NSF voice's F0 channel becomes Hz: ``channel * scale + offset``, then at least ``F0_FLOOR``.

    ``mean_std`` voices have the standard deviation and the mean here, ``global`` ones the range and the
    minimum.
    """

    scale: float
    offset: float


F0_FLOOR = 30.0
"""Hz; unvoiced frames are raised to it, too."""

VOICED_FROM = 0.6
"""A frame whose uv channel reaches it is voiced."""


TYPICAL_PITCH = 4.0
"""Mean of a speaker's F0 over its standard deviation: how far 0 Hz lies below the normalised zero."""


@dataclass(frozen=True, slots=True)
class AcousticConfig:
    """Sambert's settings; layer counts and widths come from the tensors.

    Attributes:
        encoder_heads, decoder_heads: of the attention blocks.
        frames_per_step: mel frames that one decoder step gives (``outputs_per_step``).
        predictor_shift, postnet_shift: by how much the FSMN filters look back rather than ahead.
        f0: of NSF voices, whose last two channels are F0 and voicing; else None.
        filled_pauses: the voice predicts filled pauses (FP).
        pace: factor on the speaking rate that it has learned; what is asked of a voice is relative to it.
        emotion_paces: further factors, of emotions that are spoken slower or faster than they were learned.
    """

    encoder_heads: int
    decoder_heads: int
    frames_per_step: int
    predictor_shift: int
    postnet_shift: int
    f0: F0Scale | None = None
    filled_pauses: bool = False
    pace: float = 1.0
    emotion_paces: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class VocoderConfig:
    """HiFi-GAN's settings; channels and kernel sizes come from the tensors.

    Attributes:
        scales: upsampling factor of each stage; their product is the hop.
        dilations: of each residual block of a stage, in the order of its kernels.
        causal: convolutions look back only.
        excitation_rate: the sampling rate that an NSF source is built for, in Hz; None without a source.
        harmonics: overtones of the NSF source besides the fundamental.
    """

    scales: tuple[int, ...]
    dilations: tuple[tuple[int, ...], ...]
    causal: bool
    excitation_rate: int | None = None
    harmonics: int = 7

    @property
    def hop(self) -> int:
        """Samples per mel frame."""
        product = 1
        for scale in self.scales:
            product *= scale
        return product
