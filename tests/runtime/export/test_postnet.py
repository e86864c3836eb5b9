from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from service.runtime.export.postnet import look_ahead
from tests.models import golden
from tests.runtime.voices import NAMES, Floats, networks, pieces, sambert, spectrogram

TOLERANCE = 1e-5


def whole(voice: str, frames: Floats) -> Floats:
    refined: Floats = sambert(voice).mel_postnet(torch.tensor(frames)).numpy()
    return refined


def channels(voice: str) -> int:
    return len(golden.voice(voice).acoustic["mel_postnet.fc.bias"])


def pushed(voice: str, frames: Floats, sizes: list[int]) -> Floats:
    stream = networks(voice).postnet.start(len(frames))
    return np.concatenate([stream.push(frames[piece]) for piece in pieces(sizes)])


@pytest.mark.parametrize("voice", NAMES)
def test_a_sentence_at_once_is_pytorchs(voice: str) -> None:
    frames = spectrogram(120, channels(voice))
    np.testing.assert_allclose(
        pushed(voice, frames, [120]), whole(voice, frames), rtol=TOLERANCE, atol=TOLERANCE
    )


@pytest.mark.parametrize("voice", ["plain_emo", "nsf_emo"])
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_a_sentence_in_pieces_of_any_sizes_is_the_whole(voice: str, sizes: list[int]) -> None:
    frames = spectrogram(sum(sizes), channels(voice))
    np.testing.assert_allclose(
        pushed(voice, frames, sizes), whole(voice, frames), rtol=TOLERANCE, atol=TOLERANCE
    )


@pytest.mark.parametrize("voice", NAMES)
def test_it_looks_ahead_as_far_as_all_its_filters_together(voice: str) -> None:
    weights = golden.voice(voice)
    ahead = look_ahead(weights.acoustic, weights.acoustic_config)
    assert ahead == networks(voice).postnet.lag == 2 * 3  # layers of 3 frames each
    frames = spectrogram(60, channels(voice))
    changed = frames.copy()
    changed[40] += 1
    differs = np.any(whole(voice, frames) - frames != whole(voice, changed) - changed, axis=1)
    assert differs.argmax() == 40 - ahead
