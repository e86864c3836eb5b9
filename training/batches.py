"""Examples side by side: padded tensors for the acoustic model, and which examples go together."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from training.features import Example


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """B examples of at most N symbols and at most L decoder steps of r frames; what is padded is 0.

    Attributes:
        ids: of the symbols' six channels, int64, shape (B, 6, N).
        lengths: symbols of each example, int64, shape (B,).
        intensity: shape (B,).
        durations: in frames, int64, shape (B, N).
        pitch, energy: normalised, shape (B, N).
        frames: of the takes, shape (B, L * r, channels).
        frame_counts: int64, shape (B,).
        owners: the symbol of each frame, int64, shape (B, L * r); N where there is none.
        places: of frames in their symbols, from 1; 0 where there is no frame, shape (B, L * r).
        bands: decoder steps that each step sees back and ahead, int64, shape (B,).
        step_counts: decoder steps of each example, int64, shape (B,).
    """

    ids: Tensor
    lengths: Tensor
    intensity: Tensor
    durations: Tensor
    pitch: Tensor
    energy: Tensor
    frames: Tensor
    frame_counts: Tensor
    owners: Tensor
    places: Tensor
    bands: Tensor
    step_counts: Tensor

    @property
    def symbol_mask(self) -> Tensor:
        """True where there is a symbol, shape (B, N)."""
        return _mask(self.lengths, self.ids.shape[2])

    @property
    def frame_mask(self) -> Tensor:
        """True where there is a frame, shape (B, L * r)."""
        return _mask(self.frame_counts, self.frames.shape[1])

    def to(self, device: torch.device) -> Batch:
        """Gives the same on a device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


def collate(examples: Sequence[Example], group: int) -> Batch:
    """Puts examples side by side; ``group`` frames are one decoder step."""
    symbols = max(len(example.durations) for example in examples)
    steps = max(-(-len(example.frames) // group) for example in examples)
    counts = torch.tensor([len(example.frames) for example in examples])
    owners, places = zip(*(_frames(example, symbols, steps * group) for example in examples), strict=True)
    return Batch(
        ids=_padded([example.ids.T for example in examples]).transpose(1, 2),
        lengths=torch.tensor([len(example.durations) for example in examples]),
        intensity=torch.tensor([example.intensity for example in examples], dtype=torch.float32),
        durations=_padded([example.durations for example in examples]),
        pitch=_padded([example.pitch for example in examples]),
        energy=_padded([example.energy for example in examples]),
        frames=_padded([_lengthened(example.frames, steps * group) for example in examples]),
        frame_counts=counts,
        owners=torch.from_numpy(np.stack(owners)),
        places=torch.from_numpy(np.stack(places)),
        bands=torch.tensor([int(example.durations.max() / group + 0.5) for example in examples]),
        step_counts=(counts + group - 1) // group,
    )


def epoch(lengths: Sequence[int], frames: int, seed: str) -> list[list[int]]:
    """Gives the batches of an epoch: indexes of examples of about one length, in an order by lot.

    Args:
        lengths: of all examples, in frames.
        frames: that a batch may have, padding included; an example that is longer is a batch of its own.
        seed: of the order.
    """
    drawn = random.Random(seed)  # noqa: S311  no secret
    order = sorted(range(len(lengths)), key=lambda index: (lengths[index] * drawn.uniform(0.9, 1.1), index))
    batches: list[list[int]] = [[]]
    for index in order:
        longest = max(lengths[other] for other in [*batches[-1], index])
        if batches[-1] and longest * (len(batches[-1]) + 1) > frames:
            batches.append([])
        batches[-1].append(index)
    drawn.shuffle(batches)
    return batches


def _frames(example: Example, nowhere: int, length: int) -> tuple[NDArray[Any], NDArray[Any]]:
    owners = np.full(length, nowhere, np.int64)
    places = np.zeros(length, np.int64)
    counted = np.repeat(np.arange(len(example.durations)), example.durations)
    starts = np.cumsum(example.durations) - example.durations
    owners[: len(counted)] = counted
    places[: len(counted)] = np.arange(len(counted)) - starts[counted] + 1
    return owners, places


def _lengthened(frames: NDArray[Any], length: int) -> NDArray[Any]:
    return np.pad(frames, ((0, length - len(frames)), (0, 0)))


def _padded(arrays: Sequence[NDArray[Any]]) -> Tensor:
    return pad_sequence([torch.from_numpy(np.ascontiguousarray(array)) for array in arrays], batch_first=True)


def _mask(lengths: Tensor, longest: int) -> Tensor:
    return torch.arange(longest, device=lengths.device)[None] < lengths[:, None]
