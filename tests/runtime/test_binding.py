from __future__ import annotations

import numpy as np
import pytest

from service.runtime.native.binding import address, packed
from tests.runtime.voices import spectrogram


def test_an_array_of_contiguous_float32_has_an_address() -> None:
    array = spectrogram(3, 4)
    assert address(array) == array.__array_interface__["data"][0]
    assert address(array[1:]) == address(array) + 4 * 4


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, ">f4"])
def test_numbers_of_another_kind_are_refused(dtype: str) -> None:
    with pytest.raises(ValueError, match="contiguous arrays of float32 and int16"):
        address(np.zeros((3, 4), dtype))


def test_an_array_with_gaps_is_refused() -> None:
    array = spectrogram(4, 4)
    for gappy in (array[:, :2], array[::2], array.T, array[:, ::-1]):
        with pytest.raises(ValueError, match="contiguous arrays of float32 and int16"):
            address(gappy)


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 1), (64, 3), (65, 5), (200, 7)])
def test_a_layer_is_packed_in_panels_of_64_columns_with_the_bias_behind(outputs: int, inputs: int) -> None:
    weight, bias = spectrogram(outputs, inputs), spectrogram(1, outputs, seed=1)[0]
    panels = -(-outputs // 64)
    flat = packed(weight, bias)
    assert flat.dtype == np.float32
    assert flat.shape == (panels * 64 * (inputs + 1),)
    columns = flat[: panels * 64 * inputs].reshape(panels, inputs, 64).transpose(0, 2, 1).reshape(-1, inputs)
    np.testing.assert_array_equal(columns[:outputs], weight)
    assert not columns[outputs:].any()
    np.testing.assert_array_equal(flat[panels * 64 * inputs :][:outputs], bias)
    assert not flat[panels * 64 * inputs :][outputs:].any()


def test_a_layer_without_bias_has_zeros_there() -> None:
    np.testing.assert_array_equal(
        packed(spectrogram(3, 2)), packed(spectrogram(3, 2), np.zeros(3, np.float32))
    )
