"""Sambert gives what the reference gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch

from service.models.sambert import AcousticOutput, Sambert
from tests.models import golden

EXACT = {"ids", "dur", "band", "n_frames", "valid_inter_lengths"}
F0_TOLERANCE = 2e-3  # Hz
TOLERANCE = 1e-4


@cache
def network(voice: str) -> Sambert:
    return Sambert(golden.voice(voice))


@cache
def spoken(name: str) -> AcousticOutput:
    return network(name.split("__")[0]).speak(golden.line(name))


def ids(name: str) -> np.ndarray:
    """With the end symbol, which the reference puts behind the line."""
    unit = golden.voice(name).unit
    encoded = unit.encode(golden.line(name).text)
    rows = np.vstack([encoded.linguistic, encoded.emotion, encoded.speaker])
    ends = [unit.specials(feature).end for feature in unit.features]
    return np.column_stack([rows, ends])


def filled_pauses(name: str) -> torch.Tensor:
    encoded = golden.voice(name).unit.encode(golden.line(name).text)
    sambert = network(name.split("__")[0])
    probabilities: torch.Tensor = sambert.FP_predictor(sambert.text_encoder(torch.tensor(encoded.linguistic)))
    return probabilities


GIVEN: dict[str, Callable[[AcousticOutput], object]] = {
    "log_dur": lambda output: output.log_durations,
    "dur": lambda output: output.durations,
    "valid_inter_lengths": lambda output: [len(output.durations)],
    "pitch": lambda output: output.pitch,
    "energy": lambda output: output.energy,
    "band": lambda output: output.band,
    "n_frames": lambda output: len(output.mel),
    "mel_dec": lambda output: output.mel_before_postnet,
    "mel": lambda output: output.mel,
    "mel_head": lambda output: output.mel[:60],
    "mel_tail": lambda output: output.mel[-60:],
    "mel_mean_per_bin": lambda output: output.mel.mean(0),
    "mel_voc": lambda output: output.mel_vocoder,
    "mel_voc_f0uv": lambda output: output.mel_vocoder[:, -2:],
}


def ours(name: str, key: str) -> np.ndarray:
    """What a key of the vectors stands for, as this network gives it."""
    if key == "ids":
        return ids(name)
    return np.asarray(filled_pauses(name) if key == "fp" else GIVEN[key](spoken(name)))


@pytest.mark.parametrize(("name", "key"), golden.cases(golden.ACOUSTIC_KEYS & EXACT))
def test_whole_numbers_are_the_references(name: str, key: str) -> None:
    np.testing.assert_array_equal(ours(name, key), golden.values(name)[key])


@pytest.mark.parametrize(("name", "key"), golden.cases(golden.ACOUSTIC_KEYS - EXACT))
def test_values_are_the_references(name: str, key: str) -> None:
    given, expected = ours(name, key), golden.values(name)[key]
    if key.startswith("mel_voc"):
        np.testing.assert_array_equal(given[:, -1], expected[:, -1])
        np.testing.assert_allclose(given[:, -2], expected[:, -2], rtol=0, atol=F0_TOLERANCE)
        given, expected = given[:, :-2], expected[:, :-2]
    np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", golden.names())
def test_nothing_in_the_vectors_is_left_unchecked(name: str) -> None:
    assert golden.values(name).keys() <= golden.ACOUSTIC_KEYS | golden.VOCODER_KEYS | golden.NOISE_KEYS


def test_there_are_vectors_of_every_kind_of_voice() -> None:
    kinds = {name.split("__")[0] for name in golden.names()}
    assert kinds == {"plain_emo", "causal_emo", "nsf_emo", "se_emo", "fp_emo", "legacy_emo"}


def test_what_the_vocoder_takes_is_the_mel_itself_without_an_f0_channel() -> None:
    output = spoken("plain_emo__short")
    assert output.mel_vocoder is output.mel


def test_speaking_again_gives_the_same_bits() -> None:
    again = network("plain_emo").speak(golden.line("short"))
    assert torch.equal(again.mel, spoken("plain_emo__short").mel)
