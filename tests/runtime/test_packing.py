from __future__ import annotations

import numpy as np
import pytest

from service.runtime.native.binding import address
from service.runtime.native.packing import Bytes, Floats, joined, packed
from tests.runtime.voices import spectrogram


def unpacked(
    flat: Bytes, outputs: int, inputs: int, dtype: type[np.generic]
) -> tuple[Floats, Floats, Floats]:
    """The columns of all panels, (columns, inputs), then units and bias."""
    panels = -(-outputs // 64)
    weights, rows = np.split(flat, [panels * 64 * inputs * np.dtype(dtype).itemsize])
    columns = weights.view(dtype).reshape(panels, inputs, 64).transpose(0, 2, 1).reshape(-1, inputs)
    unit, bias = rows.view(np.float32).reshape(2, panels * 64)
    assert not columns[outputs:].any()
    assert not unit[outputs:].any()
    assert not bias[outputs:].any()
    return columns[:outputs], unit[:outputs], bias[:outputs]


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 1), (64, 3), (65, 5), (200, 7)])
def test_a_layer_is_packed_in_panels_of_64_columns_with_units_and_bias_behind(
    outputs: int, inputs: int
) -> None:
    weight, bias = spectrogram(outputs, inputs), spectrogram(1, outputs, seed=1)[0]
    columns, unit, last = unpacked(packed(weight, bias), outputs, inputs, np.float32)
    np.testing.assert_array_equal(columns, weight)
    np.testing.assert_array_equal(unit, 1)
    np.testing.assert_array_equal(last, bias)


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 1), (64, 3), (65, 5), (200, 7)])
def test_weights_of_16_bits_are_off_by_half_a_unit_at_most(outputs: int, inputs: int) -> None:
    weight, bias = spectrogram(outputs, inputs), spectrogram(1, outputs, seed=1)[0]
    weight[-1] = 0
    columns, unit, last = unpacked(packed(weight, bias, exact=False), outputs, inputs, np.int16)
    assert (np.abs(columns * unit[:, None] - weight) <= 0.501 * unit[:, None]).all()
    assert (np.abs(columns[:-1]).max(axis=1, initial=0) == 32767).all()
    np.testing.assert_array_equal(last, bias)


def test_a_layer_without_bias_has_zeros_there() -> None:
    np.testing.assert_array_equal(
        packed(spectrogram(3, 2)), packed(spectrogram(3, 2), np.zeros(3, np.float32))
    )


def test_parts_are_joined_from_the_start_of_a_cache_line() -> None:
    parts = [np.arange(count, dtype=np.uint8) for count in (5, 0, 70)]
    together = joined(iter(parts))
    assert address(together) % 64 == 0
    np.testing.assert_array_equal(together, np.concatenate(parts))
