from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from service.models.excitation import Excitation, Randomness
from service.models.layers import Layers, filled
from service.runtime.excitation import ExcitationSource
from tests.runtime.voices import Floats, pieces, spectrogram

RATE, HOP, HARMONICS = 16_000, 200, 8
TOLERANCE = 1e-4
WEIGHT = spectrogram(1, HARMONICS, seed=3)[:, :, None]
BIAS = np.array([0.01], np.float32)
PHASES = np.linspace(-3, 3, HARMONICS, dtype=np.float32)
VOICED, UNVOICED = 1.0, 0.0


def source(noise: Floats | None = None, phases: Floats | None = None) -> ExcitationSource:
    """A source that takes its noise from an array, piece by piece, or draws it."""
    if noise is None:
        return ExcitationSource((WEIGHT, BIAS), RATE, HOP, phases)
    rest = [noise]

    def taken(count: int) -> Floats:
        piece, rest[0] = rest[0][:, :count], rest[0][:, count:]
        return piece

    return ExcitationSource((WEIGHT, BIAS), RATE, HOP, phases, taken)


def melody(frames: int) -> Floats:
    """F0 in Hz that glides and jumps."""
    steps = np.arange(frames)
    track: Floats = (180 + 60 * np.sin(steps / 7) + 90 * (steps % 19 == 3)).astype(np.float32)
    return track


def voicing(frames: int) -> Floats:
    return (np.arange(frames) % 9 < 5).astype(np.float32)


def torchs(f0: Floats, voiced: Floats, noise: Floats, phases: Floats) -> Floats:
    tensors = {"ffn.0.weight": WEIGHT, "ffn.0.bias": BIAS}
    network = filled(Excitation(Layers(tensors), RATE, HOP), tensors)
    randomness = Randomness(torch.tensor(phases), torch.tensor(noise))
    samples: Floats = network(torch.tensor(f0), torch.tensor(voiced), randomness).numpy()
    return samples


@pytest.mark.parametrize("voiced", [VOICED, UNVOICED, None], ids=["voiced", "unvoiced", "both"])
@pytest.mark.parametrize("frames", [1, 60, 400])
def test_the_same_randomness_gives_pytorchs_samples(voiced: float | None, frames: int) -> None:
    track = voicing(frames) if voiced is None else np.full(frames, voiced, np.float32)
    noise = 0.003 * spectrogram(HARMONICS, frames * HOP, seed=1)
    given_samples = source(noise, PHASES)(melody(frames), track)
    assert given_samples.shape == (frames * HOP,)
    expected = torchs(melody(frames), track, noise, PHASES)
    np.testing.assert_allclose(given_samples, expected, rtol=0, atol=TOLERANCE)


@settings(max_examples=30)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_pieces_of_any_sizes_are_the_whole(sizes: list[int]) -> None:
    frames, streamed, whole = sum(sizes), source(), source()
    f0, track = melody(frames), voicing(frames)
    parts = [streamed(f0[piece], track[piece]) for piece in pieces(sizes)]
    np.testing.assert_allclose(np.concatenate(parts), whole(f0, track), rtol=0, atol=TOLERANCE)


def test_a_sentence_sounds_the_same_every_time() -> None:
    one, again = (source()(melody(50), voicing(50)) for _ in range(2))
    np.testing.assert_array_equal(one, again)


def test_noise_never_repeats_within_a_sentence() -> None:
    streamed, silent = source(), np.full(5, 30, np.float32)
    first, second = (streamed(silent, np.zeros(5, np.float32)) for _ in range(2))
    assert not np.array_equal(first, second)


def test_drawn_noise_is_as_loud_as_the_references() -> None:
    noise = source()._noise(40_000)
    mixed = WEIGHT[0, :, 0] @ (0.003 * spectrogram(HARMONICS, 40_000))
    assert noise.shape == mixed.shape == (40_000,)
    assert noise.dtype == np.float32
    np.testing.assert_allclose(noise.std(), mixed.std(), rtol=0.02)
    np.testing.assert_allclose(noise.mean(), 0, atol=4e-4)


def test_the_fundamental_starts_at_zero_and_the_overtones_where_they_are_told_to() -> None:
    noise, frames = np.zeros((HARMONICS, 10 * HOP), np.float32), 10
    ones = np.ones(frames, np.float32)
    turned = PHASES.copy()
    turned[0] = 2.5
    one, other = (source(noise, phases)(melody(frames), ones) for phases in (PHASES, turned))
    np.testing.assert_array_equal(one, other)
    turned[5] += 1
    assert not np.allclose(one, source(noise, turned)(melody(frames), ones), atol=1e-3)
    assert turned[0] == np.float32(2.5)


def test_told_nothing_all_harmonics_start_together() -> None:
    noise, frames = np.zeros((HARMONICS, 8 * HOP), np.float32), np.ones(8, np.float32)
    together = source(noise, np.zeros(HARMONICS, np.float32))(melody(8), frames)
    np.testing.assert_array_equal(source(noise)(melody(8), frames), together)


def test_a_frame_is_voiced_from_0_6_on() -> None:
    silent = np.zeros((HARMONICS, 4 * HOP), np.float32)
    track = np.array([0.6, 0.59, 1, 0], np.float32)
    frames = source(silent, PHASES)(melody(4), track).reshape(4, HOP)
    np.testing.assert_array_equal(frames[[1, 3]], np.full((2, HOP), np.tanh(BIAS)))
    assert (frames[[0, 2]].std(axis=1) > 0.01).all()


def test_the_phase_runs_on_through_frames_without_voice() -> None:
    silent, ones = np.zeros((HARMONICS, 6 * HOP), np.float32), np.ones(6, np.float32)
    gap = ones.copy()
    gap[2:4] = 0
    through, broken = (source(silent, PHASES)(melody(6), track) for track in (ones, gap))
    np.testing.assert_array_equal(through[4 * HOP :], broken[4 * HOP :])
