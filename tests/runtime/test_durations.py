from __future__ import annotations

import ctypes

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from service.models.variance import frames
from service.runtime.durations import DurationPredictor, in_frames
from tests.models import golden
from tests.runtime.voices import (
    LIBRARY,
    NAMES,
    Floats,
    exported,
    needs_library,
    on_every_path,
    on_every_width,
    sambert,
    spectrogram,
)

TOLERANCE = 1e-5


def conditions(voice: str, count: int, seed: int = 0) -> Floats:
    tensors = golden.voice(voice).acoustic
    prenet = tensors["variance_adaptor.duration_predictor.prenet.fcs.3.weight"].shape[0]
    width = tensors["variance_adaptor.duration_predictor.lstm.weight_ih_l0"].shape[1] - prenet
    return spectrogram(count, width, seed)


def expected(voice: str, rows: Floats) -> Floats:
    predicted: Floats = sambert(voice).variance_adaptor.duration_predictor(torch.tensor(rows)).numpy()
    return predicted


@on_every_path
@pytest.mark.parametrize("voice", NAMES)
@pytest.mark.parametrize("count", [1, 2, 100])
def test_durations_are_pytorchs(voice: str, count: int, library: ctypes.CDLL | None) -> None:
    rows = conditions(voice, count)
    predicted = DurationPredictor(exported(voice).tensors, library)(rows)
    np.testing.assert_allclose(predicted, expected(voice, rows), rtol=0, atol=TOLERANCE)
    assert predicted.dtype == np.float32


@on_every_width
@pytest.mark.parametrize("voice", NAMES)
def test_vectors_of_any_width_give_pytorchs_durations(voice: str, lanes: int) -> None:
    rows = conditions(voice, 30)
    predicted = DurationPredictor(exported(voice).tensors, LIBRARY, lanes)(rows)
    np.testing.assert_allclose(predicted, expected(voice, rows), rtol=0, atol=TOLERANCE)


@needs_library
@pytest.mark.parametrize("voice", ["plain_emo", "se_emo"])
@given(count=st.integers(1, 60), seed=st.integers(0, 99))
def test_the_compiled_and_the_numpy_path_agree(voice: str, count: int, seed: int) -> None:
    rows, tensors = conditions(voice, count, seed), exported(voice).tensors
    compiled, plain = DurationPredictor(tensors, LIBRARY)(rows), DurationPredictor(tensors, None)(rows)
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=TOLERANCE)


@on_every_path
def test_no_symbol_knows_those_behind_it(library: ctypes.CDLL | None) -> None:
    predictor, rows = DurationPredictor(exported("plain_emo").tensors, library), conditions("plain_emo", 20)
    np.testing.assert_array_equal(predictor(rows[:12]), predictor(rows)[:12])


@on_every_path
def test_each_line_begins_anew(library: ctypes.CDLL | None) -> None:
    predictor, rows = DurationPredictor(exported("plain_emo").tensors, library), conditions("plain_emo", 20)
    np.testing.assert_array_equal(predictor(rows), predictor(rows))


@on_every_path
def test_conditions_may_have_gaps_and_other_precision(library: ctypes.CDLL | None) -> None:
    predictor, rows = DurationPredictor(exported("plain_emo").tensors, library), conditions("plain_emo", 20)
    np.testing.assert_array_equal(predictor(np.asfortranarray(rows)), predictor(rows))
    np.testing.assert_allclose(predictor(rows.astype(np.float64)), predictor(rows), rtol=0, atol=TOLERANCE)


@given(
    counts=st.lists(st.integers(0, 239), min_size=1, max_size=30),
    rate=st.sampled_from([0.5, 0.8, 1.0, 1.3, 2.0]),
    group=st.integers(1, 5),
)
def test_frames_and_band_are_those_of_pytorch(counts: list[int], rate: float, group: int) -> None:
    log_durations = np.log1p(np.array(counts, np.float32) + np.float32(0.23))
    rates = np.full(len(counts), rate, np.float32)
    durations, band = in_frames(log_durations, rates, group)
    reference, reference_band = frames(torch.tensor(log_durations), torch.tensor(rates), group)
    np.testing.assert_array_equal(durations, reference)
    assert band == reference_band


def test_durations_are_rounded_after_the_rate_and_the_band_is_taken_before() -> None:
    log_durations, rates = np.log1p(np.array([7.6, 3.4], np.float32)), np.array([2, 0.5], np.float32)
    durations, band = in_frames(log_durations, rates, 3)
    np.testing.assert_array_equal(durations, [4, 7])
    assert band == 2  # 6.8 frames are 2.27 steps
