"""The file of the vocoder in 16-bit integers."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from service.runtime.export.int16 import int16_vocoder, layers
from tests.models import golden

VOICE = "nsf_emo"
PEAK = 3.0


@cache
def arrays(peak: float = PEAK) -> dict[str, NDArray[Any]]:
    weights = golden.voice(VOICE)
    peaks = dict.fromkeys(layers(weights.vocoder_config), peak)
    with np.load(io.BytesIO(int16_vocoder(weights.vocoder, weights.vocoder_config, peaks))) as archive:
        return dict(archive)


def in_integers() -> list[str]:
    return [name.removesuffix(".levels") for name in arrays() if name.endswith(".levels")]


def test_all_layers_but_the_excitations_and_the_last_are_in_integers() -> None:
    others = {name for name in layers(golden.voice(VOICE).vocoder_config) if not name.startswith("source")}
    assert set(in_integers()) == others - {"last"}
    for name in in_integers():
        assert arrays()[f"{name}.weight"].dtype == np.int16


def test_no_sum_overflows_though_all_inputs_are_twice_their_peak() -> None:
    for name in in_integers():
        largest = int(arrays()[f"{name}.levels"] * 2 * PEAK)
        sizes = np.abs(arrays()[f"{name}.weight"].astype(np.int64)).sum(axis=(1, 2))
        assert sizes.max() * largest < 2**31 + 2**31 / 1000  # weights are rounded; sums stop at the limit


def test_units_give_back_the_weights() -> None:
    for name in ("first", "block.0.0.1"):
        official = {"first": "conv_pre.conv1d", "block.0.0.1": "conv_blocks.0.convs1.0.conv1d"}[name]
        unit = (arrays()[f"{name}.unit"] * arrays()[f"{name}.levels"])[:, None, None]
        exact = golden.voice(VOICE).vocoder[f"{official}.weight"]
        error = np.abs(arrays()[f"{name}.weight"] * unit - exact)
        assert (error <= unit * 0.501).all()
        bias = golden.voice(VOICE).vocoder[f"{official}.bias"]
        np.testing.assert_array_equal(arrays()[f"{name}.bias"], bias)


@pytest.mark.parametrize("peak", [0.0, float("nan"), float("inf")])
def test_a_layer_that_saw_nothing_has_levels_nevertheless(peak: float) -> None:
    for name in in_integers():
        assert arrays(peak)[f"{name}.levels"] == 1
        assert np.isfinite(arrays(peak)[f"{name}.unit"]).all()
