from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from training.audio import BANDS
from training.contrast import contrasted


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("tail", [(7,), (1, 7)], ids=["of a checkpoint", "in training"])
def test_the_layer_hears_more_contrast_in_high_bands_and_none_in_low_ones(tail: tuple[int, ...]) -> None:
    weights, mel = drawn(16, BANDS, *tail), drawn(1, BANDS, *tail, seed=1)
    convolved = functional.conv1d if len(tail) == 1 else functional.conv2d
    low, high = mel.clone(), mel.clone()
    low[:, 20:], high[:, :40] = 0, 0
    torch.testing.assert_close(convolved(low, contrasted(weights, 1.3)), convolved(low, weights))
    torch.testing.assert_close(convolved(high, contrasted(weights, 1.3)), convolved(1.3 * high, weights))


def test_it_grows_from_band_to_band_between_them() -> None:
    factors = contrasted(torch.ones(1, BANDS, 1), 1.21).flatten()
    assert torch.equal(factors, factors.sort().values)
    assert factors[30] == pytest.approx(1.1)


def test_the_reciprocal_leads_back() -> None:
    weights = drawn(4, BANDS, 7)
    torch.testing.assert_close(contrasted(contrasted(weights, 1.15), 1 / 1.15), weights)
