"""What intensity, rate and pitch of a line do to how Sambert speaks it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from service.models.config import F0_FLOOR
from service.models.sambert import NothingPredictedError, Sambert
from tests.models import golden
from tests.models.golden import said


@cache
def network(voice: str) -> Sambert:
    return Sambert(golden.voice(voice))


def breaks(sequence: str) -> np.ndarray:
    """Which symbols of a line are breaks, which have no emotion."""
    return np.array(["emotion_none" in symbol for symbol in golden.line(sequence).text.split()])


def with_emotion(name: str, strength: float) -> Sambert:
    """The plain voice, one emotion of which lies that much further from neutral."""
    weights = golden.voice("plain_emo")
    table = weights.acoustic["emo_tokenizer.weight"].copy()
    neutral, row = weights.unit.emotion_id("neutral"), weights.unit.emotion_id(name)
    table[row] = table[neutral] + np.float32(strength) * (table[row] - table[neutral])
    return Sambert(replace(weights, acoustic={**weights.acoustic, "emo_tokenizer.weight": table}))


@pytest.mark.parametrize("voice", ["plain_emo", "nsf_emo", "fp_emo"])
def test_intensity_0_is_neutral(voice: str) -> None:
    none = network(voice).speak(said("mid", intensity=0))
    neutral = network(voice).speak(said("mid", emotion="neutral"))
    assert torch.equal(none.mel, neutral.mel)
    assert not torch.equal(none.pitch, network(voice).speak(said("mid")).pitch)


@pytest.mark.parametrize("intensity", [0.5, 2.0])
def test_intensity_moves_the_emotion_along_the_line_from_neutral(intensity: float) -> None:
    given = network("plain_emo").speak(said("mid", intensity=intensity))
    expected = with_emotion("happy", intensity).speak(said("mid"))
    assert torch.equal(given.mel, expected.mel)


def test_neutral_is_the_same_at_any_intensity() -> None:
    strong, full = (network("plain_emo").speak(said("short", intensity=value)) for value in (2, 1))
    assert torch.equal(strong.mel, full.mel)


def test_breaks_stay_without_emotion() -> None:
    on_breaks = np.where(breaks("mid"), 0.0, 1.0).tolist()
    given = network("plain_emo").speak(said("mid", intensity=on_breaks))
    assert torch.equal(given.mel, network("plain_emo").speak(said("mid")).mel)


@pytest.mark.parametrize("voice", ["plain_emo", "nsf_emo", "fp_emo"])
def test_twice_the_rate_takes_about_half_the_frames(voice: str) -> None:
    usual, fast = (network(voice).speak(said("mid", rate=rate)) for rate in (1, 2))
    assert abs(len(fast.mel) - len(usual.mel) / 2) <= len(usual.durations) / 4
    assert torch.equal(fast.log_durations, usual.log_durations)


@pytest.mark.parametrize("rate", [0.5, 0.8, 1.3, 2.0])
def test_the_rate_divides_durations_before_they_and_the_band_are_rounded(rate: float) -> None:
    output = network("plain_emo").speak(said("mid", rate=rate))
    exact = (np.exp(output.log_durations.numpy().astype(float)) - 1) / np.float32(rate)
    np.testing.assert_array_equal(output.durations, np.floor(exact + 0.5))
    assert output.band == int(exact.max() / 3 + 0.5)


def test_each_symbol_has_its_own_rate() -> None:
    rates = np.ones(22)
    rates[5:8] = 0.5
    usual, slower = (network("plain_emo").speak(said("mid", rate=rate)) for rate in (1, rates.tolist()))
    changed = (usual.durations != slower.durations).nonzero().flatten().tolist()
    assert changed
    assert set(changed) <= {5, 6, 7}


def test_a_filled_pause_has_the_rate_of_the_symbol_behind_it() -> None:
    classes = golden.values("fp_emo__mid")["fp"].argmax(1)
    symbol = int(classes.nonzero()[0][0])
    place = symbol  # of the first filled pause's first symbol, as none was put in before it
    rates = np.full(22, 1e4)
    rates[symbol] = 0.1
    durations = network("fp_emo").speak(said("mid", rate=rates.tolist())).durations
    assert durations[place : place + 4].all()
    assert durations.sum() == durations[place : place + 4].sum()


def test_an_octave_moves_the_predicted_pitch_as_a_factor_of_2_on_f0_does() -> None:
    usual, higher = (network("plain_emo").speak(said("mid", pitch=pitch)) for pitch in (0, 12))
    torch.testing.assert_close(higher.pitch + 4, 2 * (usual.pitch + 4))
    assert torch.equal(higher.energy, usual.energy)
    assert not torch.equal(higher.mel[:50], usual.mel[:50])


def test_each_symbol_has_its_own_pitch() -> None:
    shifts = np.zeros(22)
    shifts[3] = -5
    usual, lower = (network("plain_emo").speak(said("mid", pitch=pitch)) for pitch in (0, shifts.tolist()))
    assert (usual.pitch != lower.pitch).nonzero().flatten().tolist() == [3]
    assert lower.pitch[3] < usual.pitch[3]


@pytest.mark.parametrize("voice", ["nsf_emo", "se_emo"])
def test_a_voice_with_an_f0_channel_has_its_f0_multiplied_and_nothing_else(voice: str) -> None:
    usual, higher = (network(voice).speak(said("short", pitch=pitch)) for pitch in (0, 12))
    assert torch.equal(higher.pitch, usual.pitch)
    assert torch.equal(higher.mel, usual.mel)
    assert torch.equal(higher.mel_vocoder[:, :-2], usual.mel_vocoder[:, :-2])
    assert torch.equal(higher.mel_vocoder[:, -1], usual.mel_vocoder[:, -1])
    one, other = usual.mel_vocoder[:, -2], higher.mel_vocoder[:, -2]
    above = one > F0_FLOOR
    assert above.any()
    torch.testing.assert_close(other[above], 2 * one[above])


def test_f0_never_falls_below_30_hz() -> None:
    output = network("nsf_emo").speak(said("mid", pitch=-60))
    f0 = output.mel_vocoder[:, -2]
    assert f0.min() == F0_FLOOR
    assert f0.max() < 100


def test_only_the_frames_of_a_symbol_have_its_f0_shifted() -> None:
    shifts = np.zeros(22)
    shifts[4] = 2
    usual, higher = (network("nsf_emo").speak(said("mid", pitch=pitch)) for pitch in (0, shifts.tolist()))
    end = int(usual.durations[:5].sum())
    start = end - int(usual.durations[4])
    changed = (usual.mel_vocoder[:, -2] != higher.mel_vocoder[:, -2]).nonzero().flatten().tolist()
    assert changed
    assert set(changed) <= set(range(start, end))


def test_a_line_that_gets_no_frame_at_all_is_an_error() -> None:
    with pytest.raises(NothingPredictedError, match="no frame"):
        network("plain_emo").speak(said("short", rate=1e6))
