"""Sambert's parallel parts as graphs give what they give in PyTorch."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from service.runtime.export import fsmn
from service.runtime.export.acoustic import below
from service.runtime.export.graph import Graph
from service.runtime.exported import ENCODER, PREDICTOR
from service.runtime.positions import position_code
from service.runtime.sessions import Session
from tests.models import golden
from tests.runtime.voices import NAMES, exported, sambert, spectrogram

TOLERANCE = 1e-5


@cache
def session(voice: str, graph: str) -> Session:
    return Session(exported(voice).files[graph])


def encoded(voice: str, ids: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
    encoder = session(voice, ENCODER)
    return encoder(ids=ids, positions=position_code(ids.shape[1], int(encoder.shapes["positions"][1])))


@pytest.mark.parametrize("name", golden.names())
def test_the_encoder_is_pytorchs(name: str) -> None:
    ids = golden.voice(name).unit.encode(golden.line(name).text).linguistic
    expected = sambert(name.split("__")[0]).text_encoder(torch.tensor(ids))
    np.testing.assert_allclose(
        encoded(name.split("__")[0], ids)["hidden"], expected, rtol=TOLERANCE, atol=TOLERANCE
    )


@pytest.mark.parametrize("voice", NAMES)
@settings(max_examples=10)
@given(count=st.integers(1, 90), seed=st.integers(0, 99))
def test_the_encoder_is_pytorchs_for_any_symbols(voice: str, count: int, seed: int) -> None:
    unit = golden.voice(voice).unit
    generator = np.random.default_rng(seed)
    rows = [generator.integers(unit.rows(feature), size=count) for feature in unit.linguistic_features]
    ids = np.stack(rows).astype(np.int64)
    expected = sambert(voice).text_encoder(torch.tensor(ids))
    np.testing.assert_allclose(encoded(voice, ids)["hidden"], expected, rtol=TOLERANCE, atol=TOLERANCE)


def test_filled_pauses_are_the_references() -> None:
    ids = golden.voice("fp_emo").unit.encode(golden.line("mid").text).linguistic
    logits = torch.tensor(encoded("fp_emo", ids)["pauses"])
    expected = golden.values("fp_emo__mid")["fp"]
    np.testing.assert_allclose(logits.softmax(-1), expected, rtol=TOLERANCE, atol=TOLERANCE)
    np.testing.assert_array_equal(logits.argmax(-1), expected.argmax(-1))
    assert expected.argmax(-1).any()


@pytest.mark.parametrize("voice", sorted(set(NAMES) - {"fp_emo"}))
def test_a_voice_without_filled_pauses_predicts_none(voice: str) -> None:
    assert set(encoded(voice, np.zeros((4, 3), np.int64))) == {"hidden"}


@pytest.mark.parametrize("voice", NAMES)
@pytest.mark.parametrize("count", [1, 2, 30, 100])
def test_pitch_and_energy_are_pytorchs(voice: str, count: int) -> None:
    predictor = session(voice, PREDICTOR)
    conditions = spectrogram(count, int(predictor.shapes["conditions"][1]))
    predicted = predictor(conditions=conditions)
    adaptor = sambert(voice).variance_adaptor
    for name, network in (("pitch", adaptor.pitch_predictor), ("energy", adaptor.energy_predictor)):
        expected = network(torch.tensor(conditions))
        np.testing.assert_allclose(predicted[name], expected, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("size", "shift", "back", "ahead"),
    [(41, 17, 37, 3), (41, 0, 20, 20), (11, 0, 5, 5), (4, 0, 2, 1), (1, 0, 0, 0)],
)
def test_a_memory_filter_looks_as_far_back_and_ahead_as_the_references(
    size: int, shift: int, back: int, ahead: int
) -> None:
    assert fsmn.reach(size, shift) == (back, ahead)
    assert back + ahead == size - 1


@pytest.mark.parametrize(("back", "ahead"), [(4, 0), (1, 3), (2, 2)])
def test_a_memory_filters_each_channel_by_itself(back: int, ahead: int) -> None:
    weight, rows = spectrogram(6, 5)[:, None], spectrogram(9, 6, seed=1)
    graph = Graph("memory")
    x = graph.input("rows", ["n", 6])
    graph.output("y", fsmn.memory(graph, x, weight, (back, ahead)), 2)
    given_rows = Session(graph.model().SerializeToString())(rows=rows)["y"]
    padded = nn.functional.pad(torch.tensor(rows.T), (back, ahead))
    expected = nn.functional.conv1d(padded[None], torch.tensor(weight), groups=6)[0].T
    np.testing.assert_allclose(given_rows, expected, rtol=TOLERANCE, atol=TOLERANCE)


def test_tensors_below_a_prefix_lose_it() -> None:
    tensors = {"a.b.c": np.zeros(1, np.float32), "a.bc": np.zeros(1, np.float32)}
    assert set(below(tensors, "a.b.")) == {"c"}
