from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.vocoder import snr
from service.runtime.decoder import Decoding, MelDecoder
from tests.models import golden
from tests.runtime.voices import (
    LIBRARY,
    NAMES,
    Floats,
    exported,
    needs_library,
    on_every_path,
    on_every_width,
    sambert,
    spectrogram,
)

TOLERANCE = 1e-5
LINES = [(20, 3), (1, 0), (33, 12), (7, 50), (14, 0), (25, 1), (16, 4), (17, 2), (40, 5)]
"""Steps and band of lines that are decoded together."""


@cache
def decoder(voice: str, library: ctypes.CDLL | None) -> MelDecoder:
    return MelDecoder(exported(voice).tensors, exported(voice).acoustic, library)


def memory(voice: str, steps: int, seed: int = 0) -> Floats:
    tensors = golden.voice(voice).acoustic
    return spectrogram(steps, tensors["mel_decoder.mel_dec.pnca.0.pnca_attn.w_h_kv.weight"].shape[1], seed)


def alone(voice: str, library: ctypes.CDLL | None, steps: int, band: int, seed: int = 0) -> Floats:
    decoding = decoder(voice, library).start(memory(voice, steps, seed), band)
    decoder(voice, library).advance([decoding], steps)
    return decoding.frames


@on_every_path
@pytest.mark.parametrize("voice", NAMES)
@pytest.mark.parametrize(("steps", "band"), LINES[:5])
def test_frames_are_pytorchs(voice: str, steps: int, band: int, library: ctypes.CDLL | None) -> None:
    given_frames = alone(voice, library, steps, band)
    expected = sambert(voice).mel_decoder(torch.tensor(memory(voice, steps)), band)
    np.testing.assert_allclose(given_frames, expected.reshape(given_frames.shape), rtol=0, atol=TOLERANCE)
    assert len(given_frames) == 3 * steps


@on_every_width
@pytest.mark.parametrize("voice", NAMES)
def test_vectors_of_any_width_give_pytorchs_frames(voice: str, lanes: int) -> None:
    network = MelDecoder(exported(voice).tensors, exported(voice).acoustic, LIBRARY, lanes=lanes)
    decodings = [network.start(memory(voice, 20, seed), 3) for seed in range(7)]
    network.advance(decodings, 20)
    for seed, decoding in enumerate(decodings):
        expected = sambert(voice).mel_decoder(torch.tensor(memory(voice, 20, seed)), 3)
        shaped = expected.reshape(decoding.frames.shape)
        np.testing.assert_allclose(decoding.frames, shaped, rtol=0, atol=TOLERANCE)


@on_every_width
@pytest.mark.parametrize("voice", NAMES)
def test_weights_of_16_bits_give_nearly_the_same_and_the_same_bits_alone_and_in_company(
    voice: str, lanes: int
) -> None:
    tensors, config = exported(voice).tensors, exported(voice).acoustic
    network = MelDecoder(tensors, config, LIBRARY, exact=False, lanes=lanes)
    together = [network.start(memory(voice, 40, seed), 3) for seed in range(7)]
    network.advance(together, 40)
    lonely = network.start(memory(voice, 40, 3), 3)
    network.advance([lonely], 40)
    np.testing.assert_array_equal(lonely.frames, together[3].frames)
    exact = alone(voice, LIBRARY, 40, 3, 3)
    assert snr(exact, lonely.frames) > 60
    assert not np.array_equal(exact, lonely.frames)


@on_every_path
@given(jobs=st.lists(st.integers(0, 9), max_size=12))
@settings(max_examples=30)
def test_steps_may_be_taken_in_any_portions(jobs: list[int], library: ctypes.CDLL | None) -> None:
    network = decoder("plain_emo", library)
    decoding = network.start(memory("plain_emo", 33), 5)
    for steps in [*jobs, 33]:
        before = decoding.step
        network.advance([decoding], steps)
        assert decoding.step == min(33, before + steps)
        assert decoding.done == 3 * decoding.step
        np.testing.assert_array_equal(
            decoding.frames[: decoding.done], alone("plain_emo", library, 33, 5)[: decoding.done]
        )


@on_every_path
@settings(max_examples=40)
@given(jobs=st.lists(st.tuples(st.sets(st.integers(0, len(LINES) - 1)), st.integers(0, 20)), max_size=10))
def test_whatever_joins_or_leaves_each_line_gets_the_very_bits_that_it_gets_alone(
    jobs: list[tuple[set[int], int]], library: ctypes.CDLL | None
) -> None:
    network = decoder("plain_emo", library)
    decodings: dict[int, Decoding] = {}
    for members, steps in [*jobs, (set(range(len(LINES))), 100)]:
        for line in members:
            if line not in decodings:
                decodings[line] = network.start(memory("plain_emo", LINES[line][0], line), LINES[line][1])
        network.advance([decodings[line] for line in sorted(members)], steps)
    for line, (steps, band) in enumerate(LINES):
        assert decodings[line].step == decodings[line].steps == steps
        np.testing.assert_array_equal(decodings[line].frames, alone("plain_emo", library, steps, band, line))


@needs_library
@pytest.mark.parametrize("voice", NAMES)
def test_the_compiled_and_the_numpy_path_agree(voice: str) -> None:
    compiled, plain = alone(voice, LIBRARY, 60, 4), alone(voice, None, 60, 4)
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=TOLERANCE)


@on_every_path
def test_a_line_that_is_done_stays_as_it_is(library: ctypes.CDLL | None) -> None:
    network = decoder("plain_emo", library)
    decoding = network.start(memory("plain_emo", 5), 2)
    network.advance([decoding], 5)
    frames = decoding.frames.copy()
    network.advance([decoding], 7)
    assert decoding.step == 5
    np.testing.assert_array_equal(decoding.frames, frames)


@on_every_path
def test_no_lines_are_no_work(library: ctypes.CDLL | None) -> None:
    decoder("plain_emo", library).advance([], 4)


@on_every_path
def test_memory_may_have_gaps_and_other_precision(library: ctypes.CDLL | None) -> None:
    network, rows = decoder("plain_emo", library), memory("plain_emo", 8).astype(np.float64)
    decoding = network.start(np.asfortranarray(rows), 2)
    network.advance([decoding], 8)
    np.testing.assert_array_equal(decoding.frames, alone("plain_emo", library, 8, 2))


@on_every_path
def test_several_threads_may_decode_different_lines_at_once(library: ctypes.CDLL | None) -> None:
    with ThreadPoolExecutor(4) as pool:
        given_frames = list(pool.map(lambda line: alone("plain_emo", library, *LINES[line], line), range(9)))
    for line, frames in enumerate(given_frames):
        np.testing.assert_array_equal(frames, alone("plain_emo", library, *LINES[line], line))
