from __future__ import annotations

import numpy as np
import pytest

from bench.vocoder import compared, snr
from tests.runtime.voices import exported, in_int16, needs_int16


def test_fp32_is_what_the_others_are_compared_with() -> None:
    first, *_ = compared(exported("plain_emo"))
    assert (first.name, first.times, first.snr) == ("fp32", 1.0, float("inf"))
    assert first.rtf > 0


@needs_int16
def test_each_precision_that_there_is_has_a_line() -> None:
    names, ratios = zip(*((found.name, found.snr) for found in compared(in_int16("nsf_emo"))), strict=True)
    assert names == ("fp32", "int16")  # this voice was exported without int8
    assert ratios[1] > 40


def test_noise_of_a_tenth_lies_20_db_below() -> None:
    signal = np.sin(np.arange(1000, dtype=np.float32))
    assert snr(signal, signal * np.float32(0.9)) == pytest.approx(20, abs=1e-3)
