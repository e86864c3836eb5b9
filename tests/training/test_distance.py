"""Distances are shares of the true layers' size, whatever that is, and move made layers only."""

from __future__ import annotations

import pytest
import torch

from training.distance import relative_distance


def test_it_is_a_share_of_the_true_layers_size_and_the_mean_over_layers() -> None:
    small, large = torch.full((3,), 2.0), torch.full((5,), 200.0)
    distance = relative_distance([(small, 1.5 * small), (large, 0.9 * large)])
    assert float(distance) == pytest.approx(0.3)


def test_only_made_layers_are_moved() -> None:
    true, made = torch.ones(2, requires_grad=True), torch.zeros(2, requires_grad=True)
    torch.autograd.backward(relative_distance([(true, made)]))
    assert true.grad is None
    assert made.grad is not None
    assert (made.grad < 0).all()
