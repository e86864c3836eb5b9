"""Networks that tell true speech from made speech: by its periods, and by its spectra."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.audio import magnitudes
from training.distance import relative_distance

_PERIODS = (2, 3, 5, 7, 11)
_WIDTHS = (32, 128, 512, 1024, 1024)  # HiFi-GAN's own
_SPECTRA = ((512, 128), (1024, 256), (2048, 512))  # transform and hop, in samples
_SPECTRUM_WIDTH = 512
_SLOPE = 0.1

Judged = tuple[Tensor, list[Tensor]]
"""A verdict for each place, and what the layers before it found."""


class _Period(nn.Module):
    """Sees every n-th sample in a row (arXiv:2010.05646)."""

    def __init__(self, period: int, share: float) -> None:
        super().__init__()
        self.period = period
        widths = [1, *(max(4, int(width * share)) for width in _WIDTHS)]
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, (5, 1), (3 if place < 4 else 1, 1), padding=(2, 0))
            for place, (before, after) in enumerate(pairwise(widths))
        )
        self.last = nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0))

    def forward(self, samples: Tensor) -> Judged:
        samples = functional.pad(samples, (0, -samples.shape[1] % self.period))
        x = samples.view(len(samples), 1, -1, self.period)
        return _run(self.convs, self.last, x)


class _Spectrum(nn.Module):
    """Sees spectra one after the other, each frequency as a channel: cheap, for it has no second axis."""

    def __init__(self, fft: int, hop: int, share: float) -> None:
        super().__init__()
        self.fft, self.hop = fft, hop
        width = max(16, int(_SPECTRUM_WIDTH * share))
        inputs = [fft // 2 + 1, width, width]
        self.convs = nn.ModuleList(nn.Conv1d(count, width, 3, padding=1) for count in inputs)
        self.last = nn.Conv1d(width, 1, 3, padding=1)

    def forward(self, samples: Tensor) -> Judged:
        spectra = magnitudes(samples, self.fft, self.fft, self.hop).clamp(min=1e-5).log()
        return _run(self.convs, self.last, spectra)


class Adversary(nn.Module):
    """All of them."""

    def __init__(self, share: float, seed: int = 0) -> None:
        """Takes the width as a share of HiFi-GAN's; equal seeds give equal numbers."""
        super().__init__()
        periods = [_Period(period, share) for period in _PERIODS]
        spectra = [_Spectrum(fft, hop, share) for fft, hop in _SPECTRA]
        self.judges = nn.ModuleList([*periods, *spectra])
        generator = torch.Generator().manual_seed(seed)
        for tensor in self.parameters():
            if tensor.dim() > 1:
                nn.init.normal_(tensor, 0.0, tensor[0].numel() ** -0.5, generator=generator)
            else:
                nn.init.zeros_(tensor)

    def forward(self, samples: Tensor) -> list[Judged]:
        """Judges audio of shape (B, samples)."""
        return [judge(samples) for judge in self.judges]


def told_apart(true: list[Judged], made: list[Judged]) -> Tensor:
    """The adversary's loss: true speech is to be judged 1, made speech 0."""
    losses = [(1 - t).square().mean() + m.square().mean() for (t, _), (m, _) in zip(true, made, strict=True)]
    return torch.stack(losses).mean()


def taken_for_true(made: list[Judged]) -> Tensor:
    """The generator's loss: what it made is to be judged 1."""
    return torch.stack([(1 - judged).square().mean() for judged, _ in made]).mean()


def features_apart(true: list[Judged], made: list[Judged]) -> Tensor:
    """How far apart the adversary's layers find true and made speech, relative to the true."""
    pairs = [
        (t, m) for (_, found), (_, made_of) in zip(true, made, strict=True)
        for t, m in zip(found, made_of, strict=True)
    ]  # fmt: skip
    return relative_distance(pairs)


def _run(convs: nn.ModuleList, last: nn.Module, x: Tensor) -> Judged:
    found: list[Tensor] = []
    for conv in convs:
        x = functional.leaky_relu(conv(x), _SLOPE)
        found.append(x.float())
    return last(x).float(), found
