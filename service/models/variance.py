"""Sambert's variance adaptor: pitch, energy and duration of each symbol, and the symbols as frames."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from service.models.config import TYPICAL_PITCH
from service.models.fsmn import Fsmn
from service.models.layers import Layers
from service.models.prenet import Prenet

_LONGEST_WAVE = 10000.0


@dataclass(frozen=True, slots=True, eq=False)
class Variance:
    """What is predicted for n symbols; the pitch has been shifted already.

    Attributes:
        pitch, energy: normalised, shape (n,).
        log_durations: logarithm of frames plus one, at the voice's own rate, shape (n,).
        hidden: text hidden vectors with pitch and energy added, shape (n, text units).
    """

    pitch: Tensor
    energy: Tensor
    log_durations: Tensor
    hidden: Tensor


class VarianceAdaptor(nn.Module):
    """Predicts how each symbol sounds and lets its hidden vector know."""

    def __init__(self, layers: Layers, shift: int) -> None:
        super().__init__()
        self.pitch_predictor = _Predictor(layers.under("pitch_predictor"), shift)
        self.energy_predictor = _Predictor(layers.under("energy_predictor"), shift)
        self.duration_predictor = _DurationPredictor(layers.under("duration_predictor"))
        self.pitch_emb = _contour(layers, "pitch_emb")
        self.energy_emb = _contour(layers, "energy_emb")

    def forward(self, hidden: Tensor, speaker: Tensor, emotion: Tensor, pitch_factor: Tensor) -> Variance:
        """Takes vectors of each symbol, shape (n, ·), and the factors on its pitch, shape (n,)."""
        condition = torch.cat([hidden, speaker, emotion], 1)
        pitch = raised(self.pitch_predictor(condition), pitch_factor)
        energy = self.energy_predictor(condition)
        hidden = hidden + self.pitch_emb(pitch[None]).T + self.energy_emb(energy[None]).T
        log_durations = self.duration_predictor(torch.cat([hidden, speaker, emotion], 1))
        return Variance(pitch, energy, log_durations, hidden)


class _Predictor(nn.Module):
    """One number for each symbol, with a look at all of them."""

    def __init__(self, layers: Layers, shift: int) -> None:
        super().__init__()
        self.fsmn = Fsmn(layers.under("fsmn"), shift)
        self.blstm = layers.lstm("blstm")
        self.fc = layers.linear("fc")

    def forward(self, condition: Tensor) -> Tensor:
        hidden, _ = self.blstm(self.fsmn(condition))
        predicted: Tensor = self.fc(hidden)[:, 0]
        return predicted


class _DurationPredictor(nn.Module):
    """One log duration for each symbol, each with a look at the last one."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.prenet = Prenet(layers.under("prenet"))
        self.lstm = layers.lstm("lstm")
        self.fc = layers.linear("fc")

    def forward(self, condition: Tensor) -> Tensor:
        last = condition.new_zeros(1)
        state = None
        predicted: list[Tensor] = []
        for row in condition:
            fed = torch.cat([self.prenet(last).relu(), row])
            hidden, state = self.lstm(fed[None], state)
            last = self.fc(hidden[0]).relu()
            predicted.append(last)
        return torch.cat(predicted)


def _contour(layers: Layers, name: str) -> nn.Conv1d:
    return layers.conv1d(name, padding=(layers.shape(f"{name}.weight")[-1] - 1) // 2)


def raised(pitch: Tensor, factor: Tensor) -> Tensor:
    """Gives normalised pitch whose F0 is multiplied by a factor: 1 leaves it as it is."""
    return pitch * factor + (factor - 1) * TYPICAL_PITCH


def frames(log_durations: Tensor, rate: Tensor, group: int) -> tuple[Tensor, int]:
    """Gives the whole frames of each symbol, shape (n,), and the decoder's attention band.

    Args:
        log_durations: logarithm of frames plus one at the voice's own rate, shape (n,).
        rate: factor on the rate of each symbol, shape (n,); it acts before anything is rounded.
        group: frames a decoder step; the band is the longest symbol in steps.
    """
    durations = (log_durations.exp() - 1) / rate
    band = int(durations.max() / group + 0.5)
    return (durations + 0.5).floor().long(), band


def frame_symbols(durations: Tensor) -> Tensor:
    """Gives the symbol of each frame, shape (frames,), from whole durations of shape (n,)."""
    return torch.repeat_interleave(torch.arange(len(durations)), durations)


def decoder_memory(hidden: Tensor, speaker: Tensor, emotion: Tensor, durations: Tensor, group: int) -> Tensor:
    """Gives what the decoder reads, ``group`` frames a row.

    A row holds the text of all its frames, with their places in their symbols, and the speaker and the
    emotion of the first. Frames that the last row lacks have no text and the place 0.

    Args:
        hidden, speaker, emotion: vectors of each of the n symbols, shape (n, ·).
        durations: whole frames of each symbol, shape (n,), at least one of them positive.
        group: frames a decoder step.
    """
    symbols = frame_symbols(durations)
    starts = durations.cumsum(0) - durations
    places = torch.arange(len(symbols)) - starts[symbols] + 1
    lacking = -len(symbols) % group
    text = nn.functional.pad(hidden[symbols], (0, 0, 0, lacking))
    text = text + place_code(nn.functional.pad(places, (0, lacking)), text.shape[1])
    first = symbols[::group]
    return torch.cat([text.reshape(len(first), -1), speaker[first], emotion[first]], 1)


def place_code(places: Tensor, width: int) -> Tensor:
    """Gives the code of frames' places in their symbols, shape (frames, width): sine, cosine by turns."""
    waves = _LONGEST_WAVE ** (torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = places[:, None] / waves
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1).float()
