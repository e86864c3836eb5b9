"""How far what Sambert predicts is from the truth."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from training.acoustic.network import Predicted
from training.batches import Batch
from training.features import F0_CHANNEL, VOICED_CHANNEL

_SOURCE = 4.0  # weight of F0 and of voicing, each one channel of 82
_UNVOICED = 0.2  # weight of F0 where there is no voice
_VARIANCE = 0.5  # weight of pitch and of energy


def acoustic_losses(predicted: Predicted, batch: Batch) -> dict[str, Tensor]:
    """Gives the losses by name; their sum is what is trained on."""
    symbols, truth = batch.symbol_mask, batch
    log_durations = (truth.durations + 1.0).log()
    variance = predicted.variance
    weights = _weights(batch)
    return {
        "rough": _frame_loss(predicted.rough, batch.frames, weights),
        "mel": _frame_loss(predicted.frames, batch.frames, weights),
        "duration": _symbol_loss(variance.log_durations, log_durations, symbols),
        "pitch": _VARIANCE * _symbol_loss(variance.pitch, truth.pitch, symbols),
        "energy": _VARIANCE * _symbol_loss(variance.energy, truth.energy, symbols),
    }


def _weights(batch: Batch) -> Tensor:
    """Of each value of the frames, 0 where they are padded; shape (B, frames, channels)."""
    weights = batch.frame_mask[..., None].expand_as(batch.frames).to(batch.frames.dtype).clone()
    voiced = batch.frames[..., VOICED_CHANNEL]
    weights[..., F0_CHANNEL] *= _SOURCE * (_UNVOICED + (1 - _UNVOICED) * voiced)
    weights[..., VOICED_CHANNEL] *= _SOURCE
    return weights


def _frame_loss(frames: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    return ((frames - truth).abs() * weights).sum() / weights.sum()


def _symbol_loss(values: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    lost = functional.smooth_l1_loss(values, truth, reduction="none", beta=0.5)
    return torch.where(mask, lost, 0.0).sum() / mask.sum()
