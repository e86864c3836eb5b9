"""Sambert's variance adaptor for batches; see ``service.models.variance``."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from bench.voice_sizes import AcousticSizes
from training.acoustic.layers import Fsmn, Prenet, run_both_ways, run_lstm

_CONTOUR = 9  # taps of the pitch and energy embeddings
_FED_NOISE = 0.1  # of the log duration that is fed back
_TOLD_NOISE = 0.2  # of pitch and energy: as far as predictions are off; exact ones tell takes apart


class Variance(NamedTuple):
    """What is predicted of symbols, shape (B, N) each: normalised pitch and energy, ln(frames + 1)."""

    pitch: Tensor
    energy: Tensor
    log_durations: Tensor


class _Predictor(nn.Module):
    def __init__(self, inputs: int, sizes: AcousticSizes) -> None:
        super().__init__()
        memory, units = sizes.predictor_num_memory_units, sizes.predictor_lstm_units
        self.fsmn = Fsmn(
            inputs,
            sizes.predictor_ffn_inner_dim,
            memory,
            sizes.predictor_fsmn_num_layers,
            sizes.predictor_filter_size,
            sizes.predictor_shift,
        )
        self.blstm = nn.LSTM(memory, units, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * units, 1)

    def forward(self, condition: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:
        hidden = run_both_ways(self.blstm, self.fsmn(condition, mask), lengths)
        predicted: Tensor = self.fc(hidden)[..., 0]
        return predicted


class _DurationPredictor(nn.Module):
    def __init__(self, inputs: int, sizes: AcousticSizes) -> None:
        super().__init__()
        first, second = sizes.dur_pred_prenet_units
        self.prenet = Prenet(1, {"0": first, "3": second})
        units = sizes.dur_pred_lstm_units
        self.lstm = nn.LSTM(second + inputs, units, num_layers=2, batch_first=True)
        self.fc = nn.Linear(units, 1)

    def forward(self, condition: Tensor, log_durations: Tensor) -> Tensor:
        """Each symbol is told the true duration of the one before it, a little off."""
        last = torch.nn.functional.pad(log_durations, (1, -1))
        if self.training:
            last = (last + _FED_NOISE * torch.randn_like(last)).relu()
        fed = torch.cat([self.prenet(last[..., None]).relu(), condition], 2)
        predicted: Tensor = self.fc(run_lstm(self.lstm, fed))[..., 0]
        return predicted.relu() if not self.training else predicted


class VarianceAdaptor(nn.Module):
    """Predicts how each symbol sounds, and lets its hidden vector know how it does sound."""

    def __init__(self, sizes: AcousticSizes) -> None:
        super().__init__()
        text = sizes.encoder_projection_units
        inputs = text + sizes.speaker_units + sizes.emotion_units
        self.pitch_predictor = _Predictor(inputs, sizes)
        self.energy_predictor = _Predictor(inputs, sizes)
        self.duration_predictor = _DurationPredictor(inputs, sizes)
        self.pitch_emb = nn.Conv1d(1, text, _CONTOUR, padding=_CONTOUR // 2)
        self.energy_emb = nn.Conv1d(1, text, _CONTOUR, padding=_CONTOUR // 2)

    def forward(
        self, hidden: Tensor, style: Tensor, truth: Variance, mask: Tensor, lengths: Tensor
    ) -> tuple[Variance, Tensor]:
        """Gives what is predicted, and the hidden vectors with the true pitch and energy in them.

        Args:
            hidden: of the text, shape (B, N, text units).
            style: vectors of speaker and emotion, shape (B, N, ·).
            truth: of the takes.
            mask: True where there is a symbol, shape (B, N).
            lengths: symbols of each example, shape (B,).
        """
        condition = torch.cat([hidden, style], 2)
        pitch = self.pitch_predictor(condition, mask, lengths)
        energy = self.energy_predictor(condition, mask, lengths)
        hidden = hidden + self._contour(self.pitch_emb, truth.pitch, mask)
        hidden = hidden + self._contour(self.energy_emb, truth.energy, mask)
        log_durations = self.duration_predictor(torch.cat([hidden, style], 2), truth.log_durations)
        return Variance(pitch, energy, log_durations), hidden

    def _contour(self, layer: nn.Conv1d, values: Tensor, mask: Tensor) -> Tensor:
        if self.training:
            values = values + _TOLD_NOISE * torch.randn_like(values)
        contour: Tensor = layer((values * mask)[:, None])
        return contour.transpose(1, 2)
