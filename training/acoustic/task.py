"""Sambert's training, step by step."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from training.acoustic.losses import acoustic_losses
from training.acoustic.network import AcousticNetwork, Decode, frames_before
from training.batches import Batch, collate, epoch
from training.features import Example
from training.loop import Figures, average, learning_rate, set_rate
from training.presets import Acoustic
from training.recogniser import Recogniser, compared

_CLIP = 1.0  # norm of the gradient
_BETAS = (0.9, 0.98)
_DECAY = 0.01
_HEARD = 1.0  # weight of what the recogniser hears: its gradient is then twice as large as that of the mel


class AcousticTask:
    """See ``training.loop.Task``. The averaged network, ``modules["averaged"]``, is the one to use."""

    def __init__(
        self,
        network: AcousticNetwork,
        examples: Sequence[Example],
        settings: Acoustic,
        seed: int,
        *,
        group: int,
        device: torch.device,
        bf16: bool = False,
    ) -> None:
        """Takes a network and the examples that it learns from.

        Args:
            network: as it starts.
            examples: at least one.
            settings: see there.
            seed: of batches, noise and dropout.
            group: frames of a decoder step.
            device: where it is trained.
            bf16: products are rounded to bfloat16 where that gains something: on CPUs in the recogniser only,
                the network's are many and small.
        """
        self.seed = seed
        self.network = network.to(device)
        self.network.variance_adaptor.requires_grad_(settings.variance)
        self.averaged = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.recogniser = Recogniser(network.symbols, seed).to(device)
        self.modules: dict[str, nn.Module] = {
            "network": self.network,
            "averaged": self.averaged,
            "recogniser": self.recogniser,
        }
        self.optimisers = {
            name: torch.optim.AdamW(module.parameters(), settings.rate, _BETAS, weight_decay=_DECAY)
            for name, module in (("network", self.network), ("recogniser", self.recogniser))
        }
        self._examples, self._settings, self._group = examples, settings, group
        self._device, self._bf16 = device, bf16
        self._batches: Iterator[tuple[int, list[int]]] = iter(())
        self._next = -1

    def step(self, number: int) -> Figures:
        """Does one step and gives its losses."""
        batch = collate([self._examples[index] for index in self._chosen(number)], self._group)
        batch = batch.to(self._device)
        self.network.train()
        gains = self._bf16 and self._device.type == "cuda"
        with torch.autocast(self._device.type, torch.bfloat16, enabled=gains):
            predicted = self.network(batch, lambda decode: self._fed(batch, decode, number))
        losses = acoustic_losses(predicted, batch)
        missed, losses["heard"] = self._heard(batch, predicted.frames, number)
        self._descend("network", torch.stack(list(losses.values())).sum(), number)
        average(self.averaged, self.network, number)
        return {name: float(loss.detach()) for name, loss in (losses | {"missed": missed}).items()}

    def _heard(self, batch: Batch, made: Tensor, number: int) -> tuple[Tensor, Tensor]:
        """Gives the recogniser's loss, and the weighted distance that it finds."""
        owned = batch.owners.clamp(max=batch.ids.shape[2] - 1)
        missed, found = compared(
            self.recogniser,
            batch.frames,
            made,
            torch.gather(batch.ids[:, 0], 1, owned),
            batch.frame_mask,
            learn=lambda loss: self._descend("recogniser", loss, number),
            bf16=self._bf16,
        )
        return missed, _HEARD * found

    def _descend(self, name: str, loss: Tensor, number: int) -> None:
        """Takes one step of one optimiser."""
        optimiser, settings = self.optimisers[name], self._settings
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.modules[name].parameters(), _CLIP)
        set_rate(optimiser, learning_rate(number, settings.steps, settings.rate, settings.warmup))
        optimiser.step()

    def _fed(self, batch: Batch, decode: Decode, number: int) -> Tensor:
        """The frames fed back: true ones, some of the model's own among them, all with noise.

        So the decoder learns to go on from frames that are not quite right, as its own will be.
        """
        fed = frames_before(batch.frames, self._group)
        share = self._settings.scheduled * (number >= self._settings.own_from)
        if share:
            own = frames_before(decode(fed), self._group)
            chosen = torch.rand(fed.shape[:2], device=fed.device) < share
            fed = torch.where(chosen[..., None], own.to(fed.dtype), fed)
        noisy = fed + self._settings.noise * torch.randn_like(fed)
        noisy[:, 0] = 0
        return noisy

    def _chosen(self, number: int) -> list[int]:
        """The examples of a step: epochs follow each other, each in its own order."""
        if number != self._next:
            self._batches = enumerate(self._endless())
        for place, chosen in self._batches:
            if place == number:
                self._next = number + 1
                return chosen
        raise AssertionError("There is no last batch.")

    def _endless(self) -> Iterator[list[int]]:
        lengths = [len(example.frames) for example in self._examples]
        turn = 0
        while True:
            yield from epoch(lengths, self._settings.frames, f"{self.seed}|{turn}")
            turn += 1


@torch.no_grad()
def held_out_losses(
    network: AcousticNetwork, examples: Sequence[Example], group: int, device: torch.device
) -> Figures:
    """Gives losses on examples as the network will run: from no frames but its own."""
    batch = collate(examples, group).to(device)
    network.eval()
    losses = acoustic_losses(network.alone(batch), batch)
    return {f"held_out_{name}": float(loss) for name, loss in losses.items()}
