"""The whole of Sambert for batches; see ``service.models.sambert``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench.voice_sizes import VoiceSizes
from service.models.unit import EMOTION, SPEAKER, LinguisticUnit
from service.models.variance import place_code
from training.acoustic.decoder import MelDecoder
from training.acoustic.encoder import TextEncoder
from training.acoustic.layers import Fsmn, initialise, run_lstm
from training.acoustic.variance import Variance, VarianceAdaptor
from training.batches import Batch

_PLACES = 512  # frames of one symbol that are told apart: 6.4 s
_USUAL_DURATION = 1.7  # ln(frames + 1)
_TABLES = {"sy": "sy", "tone": "tone", "syllable_flag": "syllable_flag", "word_segment": "ws"}


Decode = Callable[[Tensor], Tensor]
"""Gives the frames (B, L * r, channels) that follow frames fed back (B, L, channels)."""
Feed = Callable[[Decode], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What the network makes of a batch; frames before and behind the postnet, (B, L * r, channels)."""

    variance: Variance
    rough: Tensor
    frames: Tensor


class Postnet(nn.Module):
    """Adds a correction made by an FSMN and an LSTM that runs forward in time."""

    def __init__(self, sizes: VoiceSizes) -> None:
        super().__init__()
        a = sizes.acoustic
        self.fsmn = Fsmn(
            sizes.outputs,
            a.postnet_ffn_inner_dim,
            a.postnet_num_memory_units,
            a.postnet_fsmn_num_layers,
            a.postnet_filter_size,
            a.postnet_shift,
        )
        self.lstm = nn.LSTM(a.postnet_num_memory_units, a.postnet_lstm_units, batch_first=True)
        self.fc = nn.Linear(a.postnet_lstm_units, sizes.outputs)

    def forward(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Takes and gives shape (B, frames, channels)."""
        corrected: Tensor = frames + self.fc(run_lstm(self.lstm, self.fsmn(frames * mask[..., None], mask)))
        return corrected


class AcousticNetwork(nn.Module):
    """Sambert with everything that training needs."""

    def __init__(self, sizes: VoiceSizes, vocabularies: LinguisticUnit, seed: int = 0) -> None:
        """Takes the voice's sizes and vocabularies; equal seeds give equal numbers."""
        super().__init__()
        a = sizes.acoustic
        self._neutral = vocabularies.vocabularies[EMOTION].index("emotion_neutral")
        self._unfelt = vocabularies.vocabularies[EMOTION].index("emotion_none")
        self._group = a.outputs_per_step
        rows = {table: vocabularies.rows(feature) for feature, table in _TABLES.items()}
        self.symbols = rows["sy"]
        self.text_encoder = TextEncoder(rows, a)
        self.spk_tokenizer = nn.Embedding(vocabularies.rows(SPEAKER), a.speaker_units)
        self.emo_tokenizer = nn.Embedding(vocabularies.rows(EMOTION), a.emotion_units)
        self.variance_adaptor = VarianceAdaptor(a)
        self.mel_decoder = MelDecoder(sizes.outputs, a)
        self.mel_postnet = Postnet(sizes)
        codes = place_code(torch.arange(_PLACES), a.encoder_projection_units)
        self.register_buffer("place_codes", codes, persistent=False)
        initialise(self, seed)
        with torch.no_grad():  # what enters the decoder is multiplied by this again
            self.mel_decoder.mel_dec.dec_in_proj.weight.mul_(a.decoder_num_units**-0.5)
            self.variance_adaptor.duration_predictor.fc.bias.fill_(_USUAL_DURATION)

    def forward(self, batch: Batch, feed: Feed) -> Predicted:
        """Predicts a batch from true durations, pitch and energy, and the frames that are fed back.

        Args:
            batch: the truth.
            feed: chooses the frame before each decoder step, shape (B, L, channels); see ``frames_before``.
                It is given a function that decodes from such frames, of which nothing is learned.
        """
        variance, memory = self._memory(batch)

        def decode(fed: Tensor) -> Tensor:
            frames: Tensor = self.mel_decoder(memory, fed, batch.bands, batch.step_counts)
            return frames

        return self._finished(batch, variance, decode(feed(torch.no_grad()(decode))))

    def alone(self, batch: Batch) -> Predicted:
        """The same from true durations, pitch and energy, but no frames but its own."""
        variance, memory = self._memory(batch)
        return self._finished(batch, variance, self.mel_decoder.alone(memory, batch.bands, batch.step_counts))

    def _memory(self, batch: Batch) -> tuple[Variance, Tensor]:
        mask = batch.symbol_mask
        hidden = self.text_encoder(batch.ids[:, :4], mask)
        style = torch.cat([self.spk_tokenizer(batch.ids[:, 5]), self._emotions(batch)], 2)
        truth = Variance(batch.pitch, batch.energy, (batch.durations + 1.0).log())
        variance, hidden = self.variance_adaptor(hidden, style, truth, mask, batch.lengths)
        return variance, self._rows(batch, hidden, style)

    def _rows(self, batch: Batch, hidden: Tensor, style: Tensor) -> Tensor:
        """What the decoder reads, as ``service.models.variance.decoder_memory`` has it."""
        text = _of_owners(hidden * batch.symbol_mask[..., None], batch.owners)
        text = text + self.get_buffer("place_codes")[batch.places.clamp(max=_PLACES - 1)]
        first = batch.owners[:, :: self._group]
        return torch.cat(
            [text.reshape(len(text), -1, self._group * text.shape[2]), _of_owners(style, first)], 2
        )

    def _emotions(self, batch: Batch) -> Tensor:
        """The emotion of a take lies on the line from the neutral vector through its own."""
        ids = batch.ids[:, 4]
        full = self.emo_tokenizer(ids)
        neutral = self.emo_tokenizer.weight[self._neutral]
        moved = neutral + batch.intensity[:, None, None] * (full - neutral)
        return torch.where((ids == self._unfelt)[..., None], full, moved)

    def _finished(self, batch: Batch, variance: Variance, rough: Tensor) -> Predicted:
        return Predicted(variance, rough, self.mel_postnet(rough, batch.frame_mask))


def frames_before(frames: Tensor, group: int) -> Tensor:
    """Gives the last frame before each decoder step, zeros before the first: shape (B, L, channels)."""
    last = frames[:, group - 1 :: group]
    return torch.nn.functional.pad(last, (0, 0, 1, -1))


def _of_owners(vectors: Tensor, owners: Tensor) -> Tensor:
    """Gives each owner's vector, shape (B, owners, units), and zeros to the owner behind the last one."""
    padded = torch.nn.functional.pad(vectors, (0, 0, 0, 1))
    return torch.gather(padded, 1, owners[..., None].expand(-1, -1, vectors.shape[2]))
