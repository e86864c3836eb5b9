"""The recogniser, on what needs no voice."""

from __future__ import annotations

import numpy as np
import pytest

from bench.scoring.asr import Recogniser
from bench.scoring.wave import RATE


@pytest.mark.slow
def test_the_same_samples_are_heard_the_same() -> None:
    recogniser = Recogniser(threads=1)
    samples = (np.random.default_rng(1).standard_normal(2 * RATE) * 0.05).astype(np.float32)

    heard = recogniser.hear(samples)

    assert recogniser.hear(samples) == heard
    assert not any(character.isascii() and character.isdigit() for character in heard)
