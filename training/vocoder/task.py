"""HiFi-GAN's training, step by step: spectra first, then an adversary as well."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.audio import HOP, normalised_mel
from training.loop import Figures, average, learning_rate, set_rate
from training.presets import Vocoder
from training.recogniser import Recogniser, compared
from training.vocoder.adversary import Adversary, features_apart, taken_for_true, told_apart
from training.vocoder.generator import Generator
from training.vocoder.losses import spectral_losses

_BETAS = (0.8, 0.99)
_CLIP = 5.0  # norm of the gradient
_FIRST_SHARE, _ADVERSARY_SHARE = 0.4, 0.5  # of the learning rate, once there is an adversary
_TAKEN, _FEATURES = 4.0, 2.0  # weights of what the adversary says
_HEARD = 10.0  # weight of what the recogniser hears: its gradient is then about as large as that of the mel
_HEARD_FFT, _HEARD_WINDOW = 512, 400  # shorter than a mel's own window: the burst of a stop is short


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Speech to learn from: mel, (frames, bands), voicing, (frames,), and samples.

    Attributes:
        f0: in Hz, such that the fundamental goes with that of the speech, shape (frames,).
        starts: turns of the fundamental where each frame starts, below 1, shape (frames,).
        symbols: that frames belong to, shape (frames,).
    """

    mel: NDArray[np.float16]
    f0: NDArray[np.float32]
    starts: NDArray[np.float32]
    voiced: NDArray[np.bool_]
    symbols: NDArray[np.int16]
    samples: NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of clips side by side; see ``Clip``: mel (B, bands, frames), samples (B, frames * hop)."""

    mel: Tensor
    f0: Tensor
    starts: Tensor  # (B,)
    voiced: Tensor
    symbols: Tensor  # int64
    samples: Tensor


class VocoderTask:
    """See ``training.loop.Task``. The averaged generator, ``modules["averaged"]``, is the one to use."""

    def __init__(
        self,
        generator: Generator,
        adversary: Adversary,
        recogniser: Recogniser,
        clips: Sequence[Clip],
        settings: Vocoder,
        seed: int,
        *,
        device: torch.device,
        bf16: bool = False,
    ) -> None:
        """Takes a generator and the clips that it learns from.

        Args:
            generator, adversary, recogniser: as they start.
            clips: those that are shorter than a piece are left out.
            settings: see there.
            seed: of the pieces and the generator's noise.
            device: where it is trained.
            bf16: convolutions are rounded to bfloat16.

        Raises:
            ValueError: no clip is long enough.
        """
        self.seed = seed
        self._clips = [clip for clip in clips if len(clip.f0) >= settings.frames]
        if not self._clips:
            raise ValueError(f"No take has the {settings.frames} frames of a piece.")
        self.generator = generator.to(device)
        self.averaged = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self.adversary = adversary.to(device)
        self.recogniser = recogniser.to(device)
        self.modules: dict[str, nn.Module] = {
            "generator": self.generator,
            "averaged": self.averaged,
            "adversary": self.adversary,
            "recogniser": self.recogniser,
        }
        self.optimisers = {
            name: torch.optim.AdamW(self.modules[name].parameters(), settings.rate, _BETAS)
            for name in ("generator", "adversary", "recogniser")
        }
        self._settings, self._device, self._bf16 = settings, device, bf16

    def step(self, number: int) -> Figures:
        """Does one step and gives its losses."""
        pieces = self._pieces(number)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            made = self.generator(pieces.mel, pieces.f0, pieces.voiced, pieces.starts)
        losses = spectral_losses(made, pieces.samples)
        opposed = number >= self._settings.adversary_from
        self._set_rates(number, opposed)
        others = {"adversary": torch.zeros(())}
        others["missed"], losses["heard"] = self._heard(made, pieces)
        if opposed:
            losses |= self._opposed(made, pieces.samples)
            others["adversary"] = losses.pop("adversary")
        self._descend("generator", torch.stack(list(losses.values())).sum())
        average(self.averaged, self.generator, number)
        return {name: float(loss.detach()) for name, loss in (losses | others).items()}

    def _heard(self, made: Tensor, pieces: Pieces) -> tuple[Tensor, Tensor]:
        """Gives the recogniser's loss, and the weighted distance that it finds."""
        missed, found = compared(
            self.recogniser,
            _short_mel(pieces.samples),
            _short_mel(made),
            pieces.symbols,
            torch.ones_like(pieces.symbols, dtype=torch.bool),
            learn=lambda loss: self._descend("recogniser", loss),
            bf16=self._bf16,
        )
        return missed, _HEARD * found

    def _opposed(self, made: Tensor, true: Tensor) -> dict[str, Tensor]:
        """Lets the adversary learn, and gives what it then says of what was made."""
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            judged_true = self.adversary(true)  # once: its step moves the adversary but little
            apart = told_apart(judged_true, self.adversary(made.detach()))
        self._descend("adversary", apart)
        self.adversary.requires_grad_(False)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            judged = self.adversary(made)
        self.adversary.requires_grad_(True)
        taken, features = taken_for_true(judged), features_apart(judged_true, judged)
        return {"taken": _TAKEN * taken, "features": _FEATURES * features, "adversary": apart}

    def _descend(self, name: str, loss: Tensor) -> None:
        optimiser = self.optimisers[name]
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.modules[name].parameters(), _CLIP)
        optimiser.step()

    def _set_rates(self, number: int, opposed: bool) -> None:
        s = self._settings
        if opposed:
            joined, left = number - s.adversary_from, s.steps + s.tuning - s.adversary_from
            rate = learning_rate(joined, left, s.rate, 1)
            set_rate(self.optimisers["generator"], _FIRST_SHARE * rate)
            set_rate(self.optimisers["adversary"], _ADVERSARY_SHARE * rate)
            set_rate(self.optimisers["recogniser"], rate)
        else:
            for name in ("generator", "recogniser"):
                set_rate(self.optimisers[name], learning_rate(number, s.steps, s.rate, s.warmup))

    def _pieces(self, number: int) -> Pieces:
        drawn = random.Random(f"{self.seed}|{number}")  # noqa: S311  no secret
        count, frames = self._settings.pieces, self._settings.frames
        chosen = [drawn.choice(self._clips) for _ in range(count)]
        starts = [drawn.randint(0, len(clip.f0) - frames) for clip in chosen]
        cuts = [(clip, slice(start, start + frames)) for clip, start in zip(chosen, starts, strict=True)]
        samples = [clip.samples[cut.start * HOP : cut.stop * HOP] for clip, cut in cuts]
        return Pieces(
            mel=self._stacked([clip.mel[cut].T for clip, cut in cuts]),
            f0=self._stacked([clip.f0[cut] for clip, cut in cuts]),
            starts=self._stacked([clip.starts[cut.start] for clip, cut in cuts]),
            voiced=self._stacked([clip.voiced[cut] for clip, cut in cuts]),
            symbols=self._stacked([clip.symbols[cut] for clip, cut in cuts]).long(),
            samples=self._stacked(samples),
        )

    def _stacked(self, arrays: Sequence[NDArray[np.generic]]) -> Tensor:
        return torch.from_numpy(np.stack(arrays).astype(np.float32)).to(self._device)


def _short_mel(samples: Tensor) -> Tensor:
    """Gives what the recogniser hears of audio of shape (B, frames * hop), shape (B, frames, bands)."""
    return normalised_mel(samples, _HEARD_FFT, _HEARD_WINDOW).transpose(1, 2)
