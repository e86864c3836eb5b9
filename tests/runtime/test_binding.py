from __future__ import annotations

import numpy as np
import pytest

from service.runtime.native.binding import address
from tests.runtime.voices import spectrogram


def test_an_array_of_contiguous_float32_has_an_address() -> None:
    array = spectrogram(3, 4)
    assert address(array) == array.__array_interface__["data"][0]
    assert address(array[1:]) == address(array) + 4 * 4


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, ">f4"])
def test_numbers_of_another_kind_are_refused(dtype: str) -> None:
    with pytest.raises(ValueError, match="contiguous arrays of float32, int16 and bytes"):
        address(np.zeros((3, 4), dtype))


def test_an_array_with_gaps_is_refused() -> None:
    array = spectrogram(4, 4)
    for gappy in (array[:, :2], array[::2], array.T, array[:, ::-1]):
        with pytest.raises(ValueError, match="contiguous arrays of float32, int16 and bytes"):
            address(gappy)
