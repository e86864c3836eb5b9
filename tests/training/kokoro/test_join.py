from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.pcm import Samples
from tests.audio.signals import samples, tone
from training.kokoro.join import join

RATE = 24_000


@given(st.lists(samples(most=400), max_size=5), st.floats(0.0, 0.05))
def test_a_join_is_as_long_as_its_parts_and_pauses(parts: list[Samples], pause: float) -> None:
    joined = join(parts, [pause] * max(0, len(parts) - 1), RATE)
    pauses = max(0, len(parts) - 1) * round(pause * RATE)
    assert len(joined) == sum(map(len, parts)) + pauses
    assert joined.dtype == np.float32


def test_a_join_has_no_click() -> None:
    """Two tones that are cut at their loudest leave no step larger than a tone's own slope."""
    part = tone(0.1)[20:-20]
    joined = join([part, part, part], [0.0, 0.05], RATE)
    assert np.abs(np.diff(joined, prepend=0.0, append=0.0)).max() < 1.5 * np.abs(np.diff(part)).max()


def test_a_join_refuses_a_wrong_number_of_pauses() -> None:
    with pytest.raises(ValueError, match="2 parts need 1 pauses"):
        join([tone(0.1), tone(0.1)], [], RATE)
