from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from service.models.config import F0_FLOOR, F0Scale
from service.models.sambert import with_f0
from service.runtime.export.graph import Graph
from service.runtime.exported import VOCODER_INT8, ExportedVoice
from service.runtime.vocoder import Vocoder, VocoderStream, f0_track
from tests.models import golden
from tests.runtime.voices import (
    LIBRARY,
    WITH_SOURCE,
    Floats,
    exported,
    hifigan,
    in_int16,
    needs_int16,
    networks,
    pieces,
    spectrogram,
)

TOLERANCE = 1e-5
VOICES = ["plain_emo", "causal_emo", "nsf_emo"]


def mel(voice: str, frames: int) -> Floats:
    return spectrogram(frames, 82 if voice in WITH_SOURCE else 80)


def stream(voice: str, frames: int) -> VocoderStream:
    """A sentence whose frames have been pushed at once."""
    started = networks(voice).vocoder.start(frames)
    started.push(mel(voice, frames), np.ones(frames, np.float32))
    return started


def constant(value: float, hop: int) -> bytes:
    """An int8 vocoder, of all inputs of a real one, that gives nothing but one value."""
    graph = Graph("constant")
    spoken, before, behind = (
        graph.input("mel", [1, 80, "frames"]),
        *(graph.input(name, [1], np.int64) for name in ("before", "behind")),
    )
    frames = graph.slice(graph.add("Shape", spoken), 2, 3, 0)
    count = graph.add("Sub", frames, graph.add("Add", before, behind))
    samples = graph.add("Mul", count, graph.constant([hop], np.int64))
    shape = graph.add("Concat", graph.constant([1, 1], np.int64), samples, axis=0)
    graph.output("samples", graph.add("Expand", graph.constant(np.float32(value)), shape), 3)
    model: bytes = graph.model().SerializeToString()
    return model


def with_constant(value: float) -> ExportedVoice:
    voice = in_int16("plain_emo")
    files = {**voice.files, VOCODER_INT8: constant(value, voice.vocoder.hop)}
    return replace(voice, files=files, precision="int8")


@pytest.mark.parametrize("voice", VOICES)
@settings(max_examples=15)
@given(jobs=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), max_size=8))
def test_frames_are_spoken_as_soon_as_they_are_ready(voice: str, jobs: list[tuple[int, int]]) -> None:
    total = 80
    vocoder, frames, parts = networks(voice).vocoder, mel(voice, total), []
    streamed, pushed, spoken = vocoder.start(total), 0, 0
    for push, speak in [*jobs, (total, total)]:
        fresh = frames[pushed : pushed + push]
        streamed.push(fresh, np.ones(len(fresh), np.float32))
        pushed += len(fresh)
        known = total if pushed == total else pushed - vocoder.behind
        assert max(0, streamed.ready) == max(0, known - spoken)
        if streamed.ready > 0:
            parts.append(streamed.speak(min(speak, streamed.ready)))
            spoken += min(speak, known - spoken)
    whole = stream(voice, total).speak(total)
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("voice", ["plain_emo", "causal_emo", "legacy_emo", "fp_emo"])
@pytest.mark.parametrize("frames", [1, 2, 50])
def test_everything_at_once_is_pytorchs(voice: str, frames: int) -> None:
    expected = hifigan(voice).speak(torch.tensor(mel(voice, frames)))
    np.testing.assert_allclose(stream(voice, frames).speak(frames), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("voice", VOICES)
def test_a_frame_is_a_sentence(voice: str) -> None:
    one = stream(voice, 1)
    assert one.speak(1).shape == (golden.voice(voice).vocoder_config.hop,)
    assert one.ready == 0


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("sizes", [[0, 30], [30, 0], [10, 0, 0, 20], [0, 1, 0, 29]])
def test_pushes_of_nothing_change_nothing(voice: str, sizes: list[int]) -> None:
    frames, streamed = mel(voice, 30), networks(voice).vocoder.start(30)
    for piece in pieces(sizes):
        streamed.push(frames[piece], np.ones(piece.stop - piece.start, np.float32))
    expected = stream(voice, 30).speak(30)
    np.testing.assert_allclose(streamed.speak(30), expected, rtol=0, atol=1e-4)


def test_f0_becomes_hz_as_in_pytorch() -> None:
    frames, scale = spectrogram(200, 82), F0Scale(scale=60.0, offset=220.0)
    factor = np.exp2(spectrogram(1, 200, seed=1)[0] / 4)
    f0, voicing = f0_track(frames, scale, factor)
    expected = with_f0(torch.tensor(frames), scale, torch.tensor(factor))
    np.testing.assert_allclose(f0, expected[:, -2], rtol=1e-6)
    np.testing.assert_array_equal(voicing, expected[:, -1])
    assert {0.0, 1.0} == set(voicing.tolist())


def test_f0_never_falls_below_30_hz() -> None:
    frames = np.full((3, 82), -50, np.float32)
    f0, _ = f0_track(frames, F0Scale(60.0, 220.0), np.ones(3, np.float32))
    np.testing.assert_array_equal(f0, F0_FLOOR)


@pytest.mark.parametrize("value", [0.0, 5e-5, 1.5, -1.5, np.nan, np.inf])
def test_a_piece_that_int8_gives_silent_or_out_of_range_is_made_again_in_fp32(value: float) -> None:
    vocoder = Vocoder(with_constant(value), "int8")
    streamed = vocoder.start(60)
    streamed.push(mel("plain_emo", 60), np.ones(60, np.float32))
    parts = [streamed.speak(count) for count in (20, 40)]
    assert streamed.repaired == 2
    expected = stream("plain_emo", 60).speak(60)
    np.testing.assert_allclose(np.concatenate(parts), expected, rtol=0, atol=TOLERANCE)


def test_a_piece_that_int8_gives_sound_is_taken_as_it_is() -> None:
    streamed = Vocoder(with_constant(0.25), "int8").start(60)
    streamed.push(mel("plain_emo", 60), np.ones(60, np.float32))
    np.testing.assert_array_equal(streamed.speak(60), np.full(60 * 200, 0.25, np.float32))
    assert streamed.repaired == 0


def test_without_the_compiled_library_there_is_no_int16() -> None:
    assert Vocoder(in_int16("plain_emo")).precision == "fp32"
    assert Vocoder(in_int16("plain_emo"), "int16").precision == "fp32"


@needs_int16
def test_a_voice_is_served_in_its_own_precision_or_in_the_one_that_is_named() -> None:
    assert Vocoder(in_int16("plain_emo"), None, LIBRARY).precision == "int16"
    assert Vocoder(with_constant(0.25), None, LIBRARY).precision == "int8"
    assert Vocoder(with_constant(0.25), "int16", LIBRARY).precision == "int16"
    assert Vocoder(with_constant(0.25), "fp32", LIBRARY).precision == "fp32"
    assert Vocoder(exported("plain_emo"), "int16", LIBRARY).precision == "fp32"


def test_fp32_is_asked_for_by_name_and_all_that_a_voice_without_int8_has() -> None:
    assert Vocoder(with_constant(0.25), "fp32").precision == "fp32"
    assert Vocoder(with_constant(0.25), "int8").precision == "int8"
    assert Vocoder(exported("plain_emo"), "int8").precision == "fp32"
