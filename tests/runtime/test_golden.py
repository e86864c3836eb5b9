"""A line of symbols becomes the reference's sound, all the way through the engine.

Excitations of voices with a source are random in the reference. Its samples are compared on its own mel,
with the randomness that it was given.
"""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from service.models.config import F0_FLOOR
from service.runtime.acoustic import Plan
from service.runtime.engine import Engine
from service.runtime.excitation import ExcitationSource
from service.runtime.vocoder import f0_track
from tests.models import golden
from tests.runtime.voices import LIBRARY, WITH_SOURCE, Floats, exported, networks, on_every_path

TOLERANCE = 1e-4
F0_TOLERANCE = 2e-3  # Hz
NOISE = 0.003
PLAIN = [name for name in golden.names() if not name.startswith(WITH_SOURCE)]
EXCITED = [name for name in golden.names() if name.startswith(WITH_SOURCE)]
SAMPLES = ("wav", "wav_head", "wav_tail")
MEL = {
    "mel": lambda mel: mel,
    "mel_head": lambda mel: mel[:60],
    "mel_tail": lambda mel: mel[-60:],
    "mel_mean_per_bin": lambda mel: mel.mean(axis=0),
}


@cache
def spoken(name: str, library: ctypes.CDLL | None = LIBRARY) -> tuple[Plan, Floats, Floats]:
    """The plan, the mel as the postnet gives it, and the samples of a vector's line."""
    with Engine(threads=1) as engine:
        speaking = engine.speak(networks(name.split("__")[0], library), golden.line(name), keep_mel=True)
        samples = np.concatenate(list(speaking.samples()))
        return speaking.plan(), speaking.mel(), samples


def part(samples: Floats, key: str, count: int) -> Floats:
    """What a key of the vectors stands for."""
    parts = {"wav": samples, "wav_head": samples[:count], "wav_tail": samples[-count:]}
    return parts[key]


def in_hz(name: str, mel: Floats) -> tuple[Floats, Floats]:
    scale = exported(name).acoustic.f0
    assert scale is not None
    return f0_track(mel, scale, np.ones(len(mel), np.float32))


def reference_mel(name: str) -> Floats:
    """The reference's mel before its F0 became Hz, as far as the vectors have it, and ours for the rest."""
    values, scale = golden.values(name), exported(name).acoustic.f0
    assert scale is not None
    if "mel" in values:
        return np.array(values["mel"], np.float32)
    mel: Floats = spoken(name)[1].copy()
    mel[:, -2] = (values["mel_voc_f0uv"][:, 0].astype(np.float64) - scale.offset) / scale.scale
    mel[:, -1] = values["mel_voc_f0uv"][:, 1]
    return mel


@cache
def excited(name: str, pieces: int) -> Floats:
    """Samples of the reference's mel, spoken in pieces, with the randomness that it was given."""
    values, voice, mel = golden.values(name), exported(name), reference_mel(name)
    assert voice.vocoder.excitation_rate is not None
    drawn = np.random.default_rng(int(values["noise_seed"])).standard_normal((8, 200 * len(mel)))
    rest: list[NDArray[np.float32]] = [drawn.astype(np.float32) * np.float32(NOISE)]

    def noise(count: int) -> Floats:
        piece, rest[0] = rest[0][:, :count], rest[0][:, count:]
        return piece

    mix = voice.tensors["source_module.ffn.0.weight"], voice.tensors["source_module.ffn.0.bias"]
    source = ExcitationSource(
        mix, voice.vocoder.excitation_rate, voice.vocoder.hop, phases=values["phase_u"], noise=noise
    )
    stream, parts = networks(name.split("__")[0]).vocoder.start(len(mel), source=source), []
    for frames in np.array_split(mel, pieces):
        stream.push(frames, np.ones(len(frames), np.float32))
        if stream.ready > 0:
            parts.append(stream.speak(stream.ready))
    return np.concatenate(parts)


@on_every_path
@pytest.mark.parametrize(("name", "key"), [case for case in golden.cases(SAMPLES) if case[0] in PLAIN])
def test_samples_are_the_references(name: str, key: str, library: ctypes.CDLL | None) -> None:
    expected = golden.values(name)[key]
    given = part(spoken(name, library)[2], key, len(expected))
    np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)


@on_every_path
@pytest.mark.parametrize(("name", "key"), golden.cases(MEL))
def test_mels_are_the_references(name: str, key: str, library: ctypes.CDLL | None) -> None:
    given = MEL[key](spoken(name, library)[1])
    np.testing.assert_allclose(given, golden.values(name)[key], rtol=0, atol=TOLERANCE)


@on_every_path
@pytest.mark.parametrize("name", golden.names())
def test_plans_are_the_references(name: str, library: ctypes.CDLL | None) -> None:
    plan, mel, samples = spoken(name, library)
    values = golden.values(name)
    np.testing.assert_array_equal(plan.durations, values["dur"])
    assert plan.band == values["band"]
    assert plan.frames == len(mel) == values["n_frames"]
    assert len(samples) == 200 * values["n_frames"] == values.get("n_samples", len(samples))


@on_every_path
@pytest.mark.parametrize("name", EXCITED)
def test_f0_and_voicing_are_the_references(name: str, library: ctypes.CDLL | None) -> None:
    values = golden.values(name)
    expected = values["mel_voc"][:, -2:] if "mel_voc" in values else values["mel_voc_f0uv"]
    f0, voicing = in_hz(name, spoken(name, library)[1])
    np.testing.assert_allclose(f0, expected[:, 0], rtol=0, atol=F0_TOLERANCE)
    np.testing.assert_array_equal(voicing, expected[:, 1])
    assert f0.min() >= F0_FLOOR


@pytest.mark.parametrize("pieces", [1, 5])
@pytest.mark.parametrize(("name", "key"), [case for case in golden.cases(SAMPLES) if case[0] in EXCITED])
def test_samples_are_the_references_with_its_randomness(name: str, key: str, pieces: int) -> None:
    expected = golden.values(name)[key]
    given = part(excited(name, pieces), key, len(expected))
    np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", EXCITED)
def test_a_voice_with_a_source_sounds_the_same_every_time(name: str) -> None:
    with Engine(threads=1) as engine:
        again = list(engine.speak(networks(name.split("__")[0]), golden.line(name)).samples())
    np.testing.assert_array_equal(np.concatenate(again), spoken(name)[2])


@pytest.mark.parametrize(("name", "key"), golden.cases(["int16"]))
def test_as_16_bit_they_differ_in_the_last_bit_at_most(name: str, key: str) -> None:
    given = (spoken(name)[2] * 32768).astype(np.int16).astype(int)
    assert np.abs(given - golden.values(name)[key]).max() <= 1


def test_every_vector_is_compared() -> None:
    compared = {name for name, _ in golden.cases(SAMPLES)}
    assert compared == set(PLAIN) | set(EXCITED) == set(golden.names())
