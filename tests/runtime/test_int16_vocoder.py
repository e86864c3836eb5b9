"""The vocoder in 16-bit integers gives what the fp32 graph gives, but for rounding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.vocoder import snr
from service.runtime.export.voice import export_voice, with_int16
from service.runtime.exported import VOCODER_INT16, ExportedVoice
from service.runtime.int16_vocoder import Int16Vocoder, runs_here
from service.runtime.vocoder import Inputs, Vocoder
from tests.models import golden
from tests.runtime.voices import LIBRARY, NAMES, WITH_SOURCE, in_int16, needs_int16, spectrogram

LEAST_SNR = 40.0  # dB


def piece(voice: ExportedVoice, frames: int, before: int = 0, behind: int = 0) -> Inputs:
    """Noise, with so many frames of context around it."""
    whole, hop = before + frames + behind, voice.vocoder.hop
    inputs: Inputs = {
        "mel": np.ascontiguousarray(spectrogram(whole).T[None]),
        "before": np.array([before]),
        "behind": np.array([behind]),
    }
    if voice.vocoder.excitation_rate is not None:
        inputs["excitation"] = spectrogram(1, whole * hop, seed=1)[None] * np.float32(0.1)
    return inputs


def int16(voice: ExportedVoice) -> Int16Vocoder:
    assert LIBRARY is not None
    return Int16Vocoder(voice.files[VOCODER_INT16], voice.vocoder, LIBRARY)


@needs_int16
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12)
@given(frames=st.integers(1, 60), edges=st.tuples(st.booleans(), st.booleans()))
def test_samples_are_those_of_fp32(name: str, frames: int, edges: tuple[bool, bool]) -> None:
    """Inside a sentence, and at either end of it."""
    voice = in_int16(name)
    before, behind = (0 if edge else needed for edge, needed in zip(edges, voice.context, strict=True))
    inputs = piece(voice, frames, before, behind)
    exact, _ = Vocoder(voice, "fp32").render(inputs)
    samples = int16(voice)(**inputs)
    assert samples.shape == exact.shape == (frames * voice.vocoder.hop,)
    assert snr(exact, samples) > LEAST_SNR


@needs_int16
@pytest.mark.parametrize("name", ["plain_emo", "causal_emo", *WITH_SOURCE])
def test_pieces_are_a_whole_sentence(name: str) -> None:
    vocoder = Vocoder(in_int16(name), "int16", LIBRARY)
    channels = 82 if name in WITH_SOURCE else 80
    spoken = []
    for sizes in ([100], [7, 30, 1, 62]):
        stream = vocoder.start(100)
        stream.push(spectrogram(100, channels), np.ones(100, np.float32))
        spoken.append(np.concatenate([stream.speak(size) for size in sizes]))
    np.testing.assert_allclose(spoken[1], spoken[0], rtol=0, atol=1e-5)


@needs_int16
def test_residual_blocks_may_have_different_numbers_of_layers() -> None:
    weights = golden.voice("plain_emo")
    first, *others = weights.vocoder_config.dilations
    config = replace(weights.vocoder_config, dilations=(first[:-1], *others))
    shortened = {f"conv_blocks.{block}" for block in range(0, 100, 1 + len(others))}
    kept = {
        name: tensor
        for name, tensor in weights.vocoder.items()
        if not (f".{len(first) - 1}.conv1d" in name and ".".join(name.split(".")[:2]) in shortened)
    }
    assert len(kept) < len(weights.vocoder)
    shorter = replace(weights, vocoder_config=config, vocoder=kept)
    voice = with_int16(export_voice(shorter), shorter, [golden.line("short")])
    inputs = piece(voice, 40)
    assert snr(Vocoder(voice, "fp32").render(inputs)[0], int16(voice)(**inputs)) > LEAST_SNR


@needs_int16
def test_threads_get_the_same_to_the_bit() -> None:
    voice = in_int16("nsf_emo")
    vocoder, inputs = int16(voice), piece(voice, 50)
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(lambda _: vocoder(**inputs), range(8))
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_without_compiled_code_it_does_not_run() -> None:
    assert not runs_here(None)


@needs_int16
@pytest.mark.parametrize("name", ["plain_emo", "nsf_emo"])
def test_mels_far_beyond_those_of_calibration_are_spoken_too(name: str) -> None:
    voice = in_int16(name)
    inputs = piece(voice, 40)
    inputs["mel"] = inputs["mel"] * np.float32(6)
    assert snr(Vocoder(voice, "fp32").render(inputs)[0], int16(voice)(**inputs)) > LEAST_SNR
