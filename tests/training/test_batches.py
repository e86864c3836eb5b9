from __future__ import annotations

import numpy as np
import torch

from tests.training.toys import examples, takes
from training.batches import collate, epoch
from training.features import F0_CHANNEL, VOICED_CHANNEL, Scale


def test_frames_know_their_symbols_and_their_places_in_them() -> None:
    chosen = examples(2)
    batch = collate(chosen, 3)
    count = len(chosen[0].frames)
    owners, places = batch.owners[0, :count], batch.places[0, :count]
    assert torch.equal(torch.bincount(owners), torch.from_numpy(chosen[0].durations))
    starts = torch.nonzero(places == 1).flatten()
    assert len(starts) == (chosen[0].durations > 0).sum()
    assert (batch.owners[0, count:] == batch.ids.shape[2]).all()
    assert (batch.places[0, count:] == 0).all()


def test_what_is_padded_is_masked() -> None:
    chosen = examples(4)
    batch = collate(chosen, 3)
    assert batch.frame_mask.sum(1).tolist() == [len(example.frames) for example in chosen]
    assert batch.symbol_mask.sum(1).tolist() == [len(example.durations) for example in chosen]
    assert batch.frames.shape[1] % 3 == 0
    assert not batch.frames[~batch.frame_mask].any()


def test_the_band_is_the_longest_symbol_in_steps() -> None:
    chosen = examples(3)
    bands = [int(example.durations.max() / 3 + 0.5) for example in chosen]
    assert collate(chosen, 3).bands.tolist() == bands


def test_an_epoch_has_each_example_once_and_no_batch_too_large() -> None:
    lengths = [int(n) for n in np.random.default_rng(1).integers(40, 400, 50)]
    batches = epoch(lengths, 1000, "seed")
    assert sorted(index for batch in batches for index in batch) == list(range(50))
    assert all(max(lengths[i] for i in batch) * len(batch) <= 1000 for batch in batches)
    assert batches == epoch(lengths, 1000, "seed") != epoch(lengths, 1000, "other")


def test_f0_has_the_scale_of_the_voiced_frames_and_pitch_that_of_f0() -> None:
    made, chosen = takes(6), examples(6)
    scale = Scale.of(made)
    voiced = np.concatenate([one.frames[one.frames[:, VOICED_CHANNEL] > 0, F0_CHANNEL] for one in chosen])
    assert np.isclose(voiced.mean(), 0, atol=1e-4)
    assert np.isclose(voiced.std(), 1, atol=1e-4)
    first = chosen[0].durations[0]
    assert np.isclose(
        chosen[0].pitch[0], (made[0].f0[:first].mean() - scale.f0_mean) / scale.f0_deviation, atol=1e-4
    )
