from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.voices import Floats, networks, pieces, sambert, spectrogram

TOLERANCE = 1e-5
LAG = 6


def pushed(sizes: list[int]) -> list[Floats]:
    """What each push of so many frames gives."""
    frames = spectrogram(sum(sizes))
    stream = networks("plain_emo").postnet.start(len(frames))
    return [stream.push(frames[piece]) for piece in pieces(sizes)]


def whole(frames: int) -> Floats:
    refined: Floats = sambert("plain_emo").mel_postnet(torch.tensor(spectrogram(frames))).numpy()
    return refined


@pytest.mark.parametrize(
    ("sizes", "given_sizes"),
    [
        ([30], [30]),
        ([10, 20], [10 - LAG, 20 + LAG]),
        ([LAG, 24], [0, 30]),
        ([LAG + 1, 23], [1, 29]),
        ([3, 2, 5, 20], [0, 0, 4, 26]),
        ([29, 1], [29 - LAG, 1 + LAG]),
        ([2, 1], [0, 3]),
    ],
)
def test_what_is_given_lags_behind_until_the_sentence_is_complete(
    sizes: list[int], given_sizes: list[int]
) -> None:
    assert [len(refined) for refined in pushed(sizes)] == given_sizes


@pytest.mark.parametrize("frames", [1, 2, LAG, LAG + 1])
def test_a_sentence_may_be_as_short_as_a_frame(frames: int) -> None:
    for sizes in ([frames], [1] * frames):
        np.testing.assert_allclose(np.concatenate(pushed(sizes)), whole(frames), rtol=0, atol=TOLERANCE)


@given(sizes=st.lists(st.integers(0, 12), min_size=1, max_size=10).filter(any))
def test_pushes_of_nothing_give_nothing_and_change_nothing(sizes: list[int]) -> None:
    parts = pushed([0, *sizes, 0])
    assert not len(parts[0])
    assert not len(parts[-1])
    np.testing.assert_allclose(np.concatenate(parts), whole(sum(sizes)), rtol=0, atol=TOLERANCE)


def test_sentences_side_by_side_know_nothing_of_each_other() -> None:
    postnet, one, other = networks("plain_emo").postnet, spectrogram(40), spectrogram(40, seed=1)
    first, second = postnet.start(40), postnet.start(40)
    parts = []
    for piece in pieces([20, 20]):
        parts.append(first.push(one[piece]))
        second.push(other[piece])
    np.testing.assert_allclose(np.concatenate(parts), whole(40), rtol=0, atol=TOLERANCE)
