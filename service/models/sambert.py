"""Sambert: lines of symbols to mel spectrograms, one line at a time, as the reference computes them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from service.models.config import F0_FLOOR, VOICED_FROM, F0Scale
from service.models.decoder import MelDecoder
from service.models.filled_pauses import FilledPausePredictor, with_filled_pauses
from service.models.layers import Layers, filled
from service.models.line import SymbolLine, filled_pause_lines
from service.models.pace import paces
from service.models.postnet import Postnet
from service.models.text_encoder import TextEncoder
from service.models.unit import EMOTION, SymbolIds
from service.models.variance import VarianceAdaptor, decoder_memory, frame_symbols, frames
from service.models.weights import VoiceWeights


class NothingPredictedError(ValueError):
    """The network gave every symbol of a line no frame at all."""


@dataclass(frozen=True, slots=True, eq=False)
class AcousticOutput:
    """What Sambert made of a line, as CPU tensors; the n symbols include the filled pauses put in.

    Attributes:
        log_durations: logarithm of frames plus one, before the rate is applied, shape (n,).
        durations: frames of each symbol, int64, shape (n,).
        pitch, energy: normalised, as the decoder was given them, shape (n,).
        band: decoder steps that each step sees back and ahead.
        mel_before_postnet, mel: shape (frames, mels), in the vocoder's own scale.
        mel_vocoder: what the vocoder takes: of NSF voices the last two channels are F0 in Hz and
            voicing, 0 or 1; else the same as ``mel``.
    """

    log_durations: Tensor
    durations: Tensor
    pitch: Tensor
    energy: Tensor
    band: int
    mel_before_postnet: Tensor
    mel: Tensor
    mel_vocoder: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Symbols:
    """n symbols and how each is said: vectors of shape (n, units), factors on rate and F0 of shape (n,)."""

    hidden: Tensor
    speaker: Tensor
    emotion: Tensor
    rate: Tensor
    pitch: Tensor


class Sambert(nn.Module):
    """A voice's acoustic model.

    The emotion of a symbol lies on the line from the neutral vector through its own: intensity 0 is
    neutral, 1 exactly the learned emotion, 2 twice as far. Symbols without emotion (breaks) stay without.
    The rate divides durations before they are rounded and before the attention band is taken from them.

    Pitch is shifted in one place only: voices with an F0 channel (NSF) have their F0 multiplied, which is
    what their vocoder sings; the others have the predicted pitch shifted that the decoder reads.
    """

    def __init__(self, weights: VoiceWeights) -> None:
        """Takes the voice's numbers.

        Raises:
            ValueError: a tensor is missing.
            RuntimeError: a tensor is left over or of a shape that does not fit the others.
        """
        super().__init__()
        layers, config = Layers(weights.acoustic), weights.acoustic_config
        self._config, self._unit = config, weights.unit
        self._speaker = None if weights.speaker_vector is None else torch.tensor(weights.speaker_vector)
        self.text_encoder = TextEncoder(layers.under("text_encoder"), config.encoder_heads)
        self.emo_tokenizer = layers.embedding("emo_tokenizer")
        if self._speaker is None:
            self.spk_tokenizer = layers.embedding("spk_tokenizer")
        if config.filled_pauses:
            self.FP_predictor = FilledPausePredictor(layers.under("FP_predictor"))
        self.variance_adaptor = VarianceAdaptor(layers.under("variance_adaptor"), config.predictor_shift)
        self.mel_decoder = MelDecoder(layers.under("mel_decoder"), config.decoder_heads)
        self.mel_postnet = Postnet(layers.under("mel_postnet"), config.postnet_shift)
        filled(self, weights.acoustic)

    @torch.inference_mode()
    def speak(self, line: SymbolLine) -> AcousticOutput:
        """Speaks one line.

        Raises:
            SymbolError: the voice cannot read the line.
            NothingPredictedError: no symbol has got a frame.
        """
        symbols, f0 = self._symbols(line), self._config.f0
        unshifted = torch.ones_like(symbols.pitch)
        vectors = symbols.speaker, symbols.emotion
        variance = self.variance_adaptor(symbols.hidden, *vectors, unshifted if f0 else symbols.pitch)
        group = self._config.frames_per_step
        durations, band = frames(variance.log_durations, symbols.rate, group)
        if not durations.any():
            raise NothingPredictedError("The voice has no frame for any symbol of the line.")
        memory = decoder_memory(variance.hidden, *vectors, durations, group)
        decoded = self.mel_decoder(memory, band).reshape(len(memory) * group, -1)
        rough = decoded[: int(durations.sum())]
        mel = self.mel_postnet(rough)
        return AcousticOutput(
            log_durations=variance.log_durations,
            durations=durations,
            pitch=variance.pitch,
            energy=variance.energy,
            band=band,
            mel_before_postnet=rough,
            mel=mel,
            mel_vocoder=with_f0(mel, f0, symbols.pitch[frame_symbols(durations)]) if f0 else mel,
        )

    def _symbols(self, line: SymbolLine) -> _Symbols:
        ids = self._unit.encode(line.text)
        hidden = self._encoded(ids)
        owners = torch.arange(len(hidden))
        if self._config.filled_pauses:
            classes = self.FP_predictor(hidden).argmax(-1)
            hidden, owners = with_filled_pauses(hidden, classes, self._filled_pauses())
        # The reference does not move speakers and emotions along with their symbols when it puts filled
        # pauses in: at their end it starts over. Rates and pitches are ours; they do move along.
        cycled = torch.arange(len(hidden)) % len(ids.symbols)
        rate = line.rate * paces(self._config, self._unit, ids.emotion, line.intensity)
        return _Symbols(
            hidden=hidden,
            speaker=self._speakers(torch.tensor(ids.speaker))[cycled],
            emotion=self._emotions(torch.tensor(ids.emotion), torch.tensor(line.intensity))[cycled],
            rate=torch.tensor(rate)[owners],
            pitch=torch.exp2(torch.tensor(line.pitch) / 12)[owners],
        )

    def _encoded(self, ids: SymbolIds) -> Tensor:
        hidden: Tensor = self.text_encoder(torch.tensor(ids.linguistic))
        return hidden

    def _filled_pauses(self) -> list[Tensor]:
        return [self._encoded(self._unit.encode(text)) for text in filled_pause_lines(self._unit.speakers[0])]

    def _emotions(self, ids: Tensor, intensity: Tensor) -> Tensor:
        names = self._unit.vocabularies[EMOTION]
        full = self.emo_tokenizer(ids)
        neutral = self.emo_tokenizer.weight[names.index("emotion_neutral")]
        moved = neutral + intensity[:, None] * (full - neutral)
        as_learned = (intensity == 1) | (ids == names.index("emotion_none"))
        return torch.where(as_learned[:, None], full, moved)

    def _speakers(self, ids: Tensor) -> Tensor:
        if self._speaker is not None:
            return self._speaker.expand(len(ids), -1)
        speakers: Tensor = self.spk_tokenizer(ids)
        return speakers


def with_f0(mel: Tensor, scale: F0Scale, factor: Tensor) -> Tensor:
    """Gives a mel whose last two channels are F0 in Hz and voicing, 0 or 1.

    Args:
        mel: shape (frames, mels), the last two channels as the network gives them.
        scale: of the F0 channel.
        factor: on each frame's F0, shape (frames,).
    """
    f0 = ((mel[:, -2].double() * scale.scale + scale.offset) * factor).clamp(min=F0_FLOOR).float()
    voiced = (mel[:, -1] >= VOICED_FROM).float()
    return torch.cat([mel[:, :-2], f0[:, None], voiced[:, None]], 1)
