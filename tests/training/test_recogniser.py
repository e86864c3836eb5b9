"""The recogniser that learns beside a voice tells symbols apart by their mel."""

from __future__ import annotations

import torch

from tests.training.toys import UNIT, examples
from training.batches import Batch, collate
from training.features import F0_CHANNEL
from training.recogniser import Recogniser, apart, compared

SYMBOLS = UNIT.rows("sy")


def symbols(batch: Batch) -> torch.Tensor:
    """What the frames belong to."""
    return torch.gather(batch.ids[:, 0], 1, batch.owners.clamp(max=batch.ids.shape[2] - 1))


def test_it_learns_from_true_frames_only_and_tells_how_far_made_ones_are_from_them() -> None:
    recogniser, batch = Recogniser(SYMBOLS, units=32), collate(examples(4), 3)
    optimiser = torch.optim.Adam(recogniser.parameters(), 3e-3)
    made = (batch.frames + 0.1).requires_grad_()

    def learn(loss: torch.Tensor) -> None:
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()

    losses = []
    for _ in range(40):
        missed, found = compared(
            recogniser, batch.frames, made, symbols(batch), batch.frame_mask, learn=learn, bf16=False
        )
        losses.append(missed)
        assert made.grad is None
    assert losses[-1] < 0.5 * losses[0]
    optimiser.zero_grad()
    torch.autograd.backward(found)
    assert made.grad is not None
    assert made.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in recogniser.parameters())


def test_it_hears_nothing_but_the_mel() -> None:
    recogniser, batch = Recogniser(SYMBOLS, units=8), collate(examples(1), 3)
    higher = batch.frames.clone()
    higher[..., F0_CHANNEL] += 1
    assert all(map(torch.equal, recogniser(batch.frames), recogniser(higher)))


def test_equal_frames_are_not_apart_and_frames_behind_the_end_do_not_count() -> None:
    recogniser, batch = Recogniser(SYMBOLS, units=8), collate(examples(2), 3)
    mask = batch.frame_mask
    true = recogniser(batch.frames)
    assert apart(true, true, mask) == 0
    noisy = recogniser(batch.frames + 0.1 * torch.randn_like(batch.frames))
    assert apart(noisy, true, mask) > 0
    only_behind = [torch.where(mask[..., None], t, n) for n, t in zip(noisy, true, strict=True)]
    assert apart(only_behind, true, mask) == 0


def test_frames_behind_the_end_belong_to_nothing() -> None:
    recogniser, batch = Recogniser(SYMBOLS, units=8), collate(examples(2), 3)
    heard = recogniser(batch.frames)
    spoiled = [torch.where(batch.frame_mask[..., None], layer, 9.0) for layer in heard]
    one, other = (recogniser.missed(layers, symbols(batch), batch.frame_mask) for layers in (heard, spoiled))
    assert torch.equal(one, other)


def test_equal_seeds_give_equal_numbers() -> None:
    one, same, other = (Recogniser(SYMBOLS, seed, units=8) for seed in (1, 1, 2))
    assert torch.equal(one.fc.weight, same.fc.weight)
    assert not torch.equal(one.fc.weight, other.fc.weight)
