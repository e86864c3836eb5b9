from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from service.models.excitation import Excitation, Randomness, summed
from service.models.layers import Layers, filled

RATE = 16_000
HOP = 200
FRAMES = 40
SAMPLES = HOP * FRAMES


def source(*weights: float) -> Excitation:
    """A source that mixes eight harmonics by these weights, the others being silent."""
    mix = np.zeros((1, 8, 1), np.float32)
    mix[0, : len(weights), 0] = weights
    tensors = {"ffn.0.weight": mix, "ffn.0.bias": np.zeros(1, np.float32)}
    return filled(Excitation(Layers(tensors), RATE, HOP), tensors)


def silent(phases: float = 0.0) -> Randomness:
    return Randomness(torch.full((8,), phases), torch.zeros(8, SAMPLES))


def constant(value: float) -> Tensor:
    return torch.full((FRAMES,), value)


def test_a_voiced_fundamental_is_a_sine_of_a_tenth() -> None:
    given = source(1.0)(constant(100), constant(1), silent())
    sine = 0.1 * np.sin(2 * np.pi * 100 / RATE * np.arange(1, SAMPLES + 1))
    np.testing.assert_allclose(given, np.tanh(sine), atol=1e-4)


def test_overtones_are_its_multiples() -> None:
    given = source(0, 0, 1.0)(constant(100), constant(1), silent())
    third = source(1.0)(constant(300), constant(1), silent())
    np.testing.assert_allclose(given, third, atol=1e-4)


def test_the_fundamental_starts_at_zero_and_the_overtones_where_they_are_told_to() -> None:
    turned = silent(math.pi)
    assert torch.equal(
        source(1.0)(constant(100), constant(1), turned), source(1.0)(constant(100), constant(1), silent())
    )
    np.testing.assert_allclose(
        source(0, 1.0)(constant(100), constant(1), turned),
        -source(0, 1.0)(constant(100), constant(1), silent()),
        atol=1e-6,
    )
    assert turned.phases[0] == pytest.approx(math.pi)


def test_the_source_follows_f0_frame_by_frame() -> None:
    f0 = torch.cat([constant(100)[: FRAMES // 2], constant(200)[: FRAMES // 2]])
    given = source(1.0)(f0, constant(1), silent())
    rises = ((given[:-1] < 0) & (given[1:] >= 0)).numpy()
    first, second = rises[: SAMPLES // 2].sum(), rises[SAMPLES // 2 :].sum()
    assert first == pytest.approx(25, abs=1)  # 4000 samples of 100 Hz
    assert second == pytest.approx(50, abs=1)


def test_without_voice_there_is_noise_alone_of_a_third_of_a_tenth() -> None:
    noise = torch.randn(8, SAMPLES, generator=torch.Generator().manual_seed(1)) * 0.003
    given = source(1.0)(constant(100), constant(0), Randomness(torch.zeros(8), noise))
    np.testing.assert_allclose(given, (noise[0] / 0.003 * 0.1 / 3).tanh(), atol=1e-6)


def test_a_frame_is_voiced_from_0_6_on() -> None:
    voicing = torch.tensor([0.6, 0.59] * (FRAMES // 2))
    frames = source(1.0)(constant(100), voicing, silent()).reshape(FRAMES, HOP)
    assert frames[0::2].abs().amax(1).min() > 0.05
    assert frames[1::2].abs().max() == 0


def test_each_partial_sum_is_rounded_to_float32() -> None:
    terms = torch.full((80_000,), 0.1)
    exact = np.cumsum(terms.numpy(), dtype=np.float64)
    given = summed(terms).numpy()
    assert given.dtype == np.float32
    np.testing.assert_array_equal(given, exact.astype(np.float32))
    assert np.abs(given % 1 - exact % 1).max() > 1e-4
    accumulated = np.add.accumulate(terms.numpy(), dtype=np.float32)
    assert np.abs(given - accumulated).max() > 1e-2


def test_phases_are_drawn_before_the_noise() -> None:
    drawn = Randomness.draw(8, SAMPLES, torch.Generator().manual_seed(7))
    generator = torch.Generator().manual_seed(7)
    uniform = torch.rand(1, 8, 1, generator=generator).flatten()
    normal = torch.randn(1, 8, SAMPLES, generator=generator)[0]
    torch.testing.assert_close(drawn.phases, (2 * uniform - 1) * math.pi)
    torch.testing.assert_close(drawn.noise, normal * 0.003)


def test_a_seed_gives_the_same_every_time_and_another_seed_something_else() -> None:
    one, again, other = (Randomness.draw(8, 100, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.noise, again.noise)
    assert torch.equal(one.phases, again.phases)
    assert not torch.equal(one.noise, other.noise)
    assert not torch.equal(one.phases, other.phases)
