from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from service.runtime.bfloat16 import paired, rounded
from tests.runtime.voices import Floats

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**126), max_value=2.0**126)


@given(arrays(np.float32, array_shapes(max_dims=3, max_side=8), elements=FINITE))
def test_numbers_are_rounded_as_pytorch_does(values: Floats) -> None:
    theirs = torch.tensor(values).to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
    np.testing.assert_array_equal(rounded(values), theirs)


def test_the_first_of_a_pair_is_its_lower_half() -> None:
    pairs = paired(np.array([[0x1234, 0xABCD, 1, 0]], np.uint16))
    assert pairs.tolist() == [[0xABCD1234, 1]]
