"""How large a voice is and how long it is trained: one dataclass, three presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from bench.voice_sizes import AcousticSizes, VocoderSizes, VoiceSizes


@dataclass(frozen=True, slots=True)
class Acoustic:
    """How the acoustic model is trained.

    Attributes:
        steps: of the optimiser.
        own_from: the step from which own frames are fed back: before, they are bad, and cost a quarter of a
            step.
        frames: of mel in a batch, padding included.
        rate: the highest learning rate; it rises over ``warmup`` steps and falls to a tenth by a cosine.
        warmup: steps.
        noise: standard deviation of what is added to the frame that is fed back, in normalised mels.
        scheduled: their share of the frames fed back.
        variance: whether the variance adaptor learns, too.
    """

    steps: int
    own_from: int
    frames: int
    rate: float = 1e-3
    warmup: int = 500
    noise: float = 0.4
    scheduled: float = 0.5
    variance: bool = True


@dataclass(frozen=True, slots=True)
class Vocoder:
    """How the vocoder is trained.

    Attributes:
        steps: of the optimiser on true mels, those with the adversary included.
        adversary_from: the step that the adversary joins at.
        tuning: steps more, on mels that the acoustic model makes.
        pieces: in a batch.
        frames: of each piece.
        rate: as for the acoustic model.
        warmup: steps.
        adversary: width of the adversary, as a share of HiFi-GAN's own.
        takes: that are kept in memory to cut pieces from; None for all.
    """

    steps: int
    adversary_from: int
    tuning: int
    pieces: int = 4
    frames: int = 40
    rate: float = 1e-3
    warmup: int = 200
    adversary: float = 0.125
    takes: int | None = None


class Pace(NamedTuple):
    """How fast a voice speaks.

    Attributes:
        factor: on the teacher's speaking rate.
        emotions: further factors, of emotions that are high or fast, which blur at that pace.
    """

    factor: float
    emotions: tuple[tuple[str, float], ...]


_HIGH = (("happy", 0.93), ("fear", 0.95), ("surprise", 0.96))


@dataclass(frozen=True, slots=True)
class Preset:
    """A whole run.

    Attributes:
        name: how the command line calls it.
        texts: of the corpus; None for all, with every sound of Mandarin.
        longest: characters of a text; None for all.
        long: texts of 24 to 58 characters, joined from shorter ones.
        takes: of each voice in each emotion.
        screened: bad takes are looked for by speech recognition.
        sizes: of both networks.
        acoustic, vocoder: how they are trained.
        paces: of each voice that is served.
        emotion_strengths: factors on the distance from neutral, of emotions that blur where they are strong.
        contrast: factor on what mels have of it where they are served, in high bands.
        scored: held-out texts that each voice and emotion is scored on.
        emotions_scored: how many emotions, from neutral on.
        engines: what is scored: precisions of the vocoder, and ``"teacher"``.
        keep_every: steps between checkpoints.
        seed: of all that is drawn.
    """

    name: str
    texts: int | None
    longest: int | None
    long: int
    takes: int
    screened: bool
    sizes: VoiceSizes
    acoustic: Acoustic
    vocoder: Vocoder
    paces: tuple[tuple[str, Pace], ...] = (
        ("xiaobei", Pace(0.9, _HIGH)),
        ("yunjian", Pace(0.85, (*_HIGH, ("angry", 0.95)))),
    )
    emotion_strengths: tuple[tuple[str, float], ...] = (("happy", 0.6), ("surprise", 0.65))
    contrast: float = 1.15
    scored: int = 40
    emotions_scored: int = 7
    engines: tuple[str, ...] = ("fp32", "int8", "teacher")
    keep_every: int = 200
    seed: int = 20221101

    def onward(self, steps: int) -> Preset:
        """The same for networks that have been trained before: half of the rates, and other takes.

        Their own frames and the adversary are good already, and join at once. So is the variance
        adaptor, which would only get to know the new takes by heart.

        Args:
            steps: that they have been trained for; what is drawn depends on it.
        """
        return replace(
            self,
            seed=self.seed + steps,
            acoustic=replace(self.acoustic, rate=self.acoustic.rate / 2, own_from=0, variance=False),
            vocoder=replace(self.vocoder, rate=self.vocoder.rate / 2, adversary_from=0),
        )

    @property
    def toy(self) -> bool:
        """Whether the voice is only made to see that the recipe runs."""
        return self.texts is not None


_SMALL = AcousticSizes(
    embedding_dim=256,
    encoder_num_layers=4,
    encoder_ffn_inner_dim=512,
    encoder_projection_units=64,
    speaker_units=16,
    emotion_units=32,
    predictor_num_memory_units=96,
    predictor_ffn_inner_dim=192,
    predictor_lstm_units=96,
    dur_pred_prenet_units=(64, 64),
    decoder_prenet_units=(128, 128),
    decoder_num_layers=6,
    decoder_ffn_inner_dim=768,
    postnet_num_memory_units=192,
    postnet_ffn_inner_dim=384,
)
_TOY = AcousticSizes(
    embedding_dim=32,
    encoder_num_layers=2,
    encoder_num_heads=2,
    encoder_num_units=32,
    encoder_ffn_inner_dim=64,
    encoder_projection_units=16,
    speaker_units=8,
    emotion_units=8,
    predictor_fsmn_num_layers=2,
    predictor_filter_size=11,
    predictor_num_memory_units=16,
    predictor_ffn_inner_dim=32,
    predictor_lstm_units=16,
    dur_pred_prenet_units=(16, 16),
    dur_pred_lstm_units=16,
    decoder_prenet_units=(32, 32),
    decoder_num_layers=2,
    decoder_num_heads=2,
    decoder_num_units=32,
    decoder_ffn_inner_dim=64,
    postnet_fsmn_num_layers=2,
    postnet_num_memory_units=16,
    postnet_ffn_inner_dim=32,
    postnet_lstm_units=16,
)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset(
                name="smoke",
                texts=24,
                longest=7,
                long=0,
                takes=1,
                screened=False,
                sizes=VoiceSizes(
                    acoustic=_TOY, vocoder=VocoderSizes(channels=32, dilations=(1, 3)), nsf=True
                ),
                acoustic=Acoustic(steps=30, own_from=6, frames=800, rate=3e-3, warmup=5),
                vocoder=Vocoder(steps=16, adversary_from=12, tuning=4, pieces=2, frames=24, warmup=2),
                scored=1,
                emotions_scored=1,
                engines=("fp32",),
                keep_every=10,
            ),
            Preset(
                name="small",
                texts=None,
                longest=None,
                long=800,
                takes=150,
                screened=True,
                sizes=VoiceSizes(acoustic=_SMALL, vocoder=VocoderSizes(channels=128), nsf=True),
                acoustic=Acoustic(steps=35_000, own_from=7_000, frames=2_000),
                vocoder=Vocoder(steps=33_000, adversary_from=8_000, tuning=3_000, takes=2_400),
            ),
            Preset(
                name="wide",
                texts=None,
                longest=None,
                long=800,
                takes=1_500,
                screened=True,
                sizes=VoiceSizes(nsf=True),
                acoustic=Acoustic(steps=120_000, own_from=24_000, frames=24_000, rate=7e-4, warmup=2_000),
                vocoder=Vocoder(
                    steps=400_000,
                    adversary_from=40_000,
                    tuning=40_000,
                    pieces=16,
                    rate=4e-4,
                    adversary=1.0,
                ),
            ),
        )
    }
)
"""``smoke`` proves that the recipe runs, ``small`` is for hours on CPU, ``wide`` for a GPU."""
