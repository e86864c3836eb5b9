"""A plan holds what the reference predicts, and what intensity, rate and pitch make of it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.models import variance
from service.models.errors import SymbolError
from service.models.line import SymbolLine
from service.models.sambert import AcousticOutput, NothingPredictedError, Sambert
from service.runtime.acoustic import AcousticModel, Plan, decoder_memory, raised
from service.runtime.export.voice import export_voice
from service.runtime.guard import UnusableSpeechError
from service.runtime.positions import position_code
from service.runtime.shelf import Shelf
from tests.models import golden
from tests.models.golden import said
from tests.runtime.voices import (
    LIBRARY,
    NAMES,
    WITH_SOURCE,
    altered,
    exported,
    networks,
    on_every_path,
    sambert,
    spectrogram,
)

TOLERANCE = 1e-4
EXACT = {
    "dur": lambda plan: plan.durations,
    "band": lambda plan: plan.band,
    "n_frames": lambda plan: plan.frames,
}
CLOSE = {
    "log_dur": lambda plan: plan.log_durations,
    "pitch": lambda plan: plan.pitch,
    "energy": lambda plan: plan.energy,
}
HALFWAY = 1e-3  # frames: nearer to a half, rounding may go either way


def plan(voice: str, line: SymbolLine) -> Plan:
    return networks(voice).acoustic.plan(line)


def same(one: Plan, other: Plan) -> bool:
    fields = ("durations", "log_durations", "owners", "pitch", "energy", "band", "memory", "f0_factor")
    return all(np.array_equal(getattr(one, field), getattr(other, field)) for field in fields)


@on_every_path
@pytest.mark.parametrize(("name", "key"), golden.cases(EXACT))
def test_whole_numbers_are_the_references(name: str, key: str, library: ctypes.CDLL | None) -> None:
    planned = networks(name.split("__")[0], library).acoustic.plan(golden.line(name))
    np.testing.assert_array_equal(EXACT[key](planned), golden.values(name)[key])


@on_every_path
@pytest.mark.parametrize(("name", "key"), golden.cases(CLOSE))
def test_contours_are_the_references(name: str, key: str, library: ctypes.CDLL | None) -> None:
    planned = networks(name.split("__")[0], library).acoustic.plan(golden.line(name))
    np.testing.assert_allclose(CLOSE[key](planned), golden.values(name)[key], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("voice", ["plain_emo", "fp_emo"])
def test_the_rate_is_relative_to_the_voices_pace(voice: str) -> None:
    weights = golden.voice(voice)
    weights = replace(weights, acoustic_config=replace(weights.acoustic_config, pace=0.5))
    slow = AcousticModel(export_voice(weights), LIBRARY, Shelf())
    assert same(slow.plan(said("mid")), plan(voice, said("mid", rate=0.5)))
    reference = Sambert(weights).speak(said("mid", rate=2))
    assert torch.equal(reference.durations, sambert(voice).speak(said("mid")).durations)


@pytest.mark.parametrize("voice", ["plain_emo", "fp_emo"])
def test_an_emotion_has_its_pace_as_far_as_it_is_felt(voice: str) -> None:
    weights = golden.voice(voice)
    config = replace(weights.acoustic_config, emotion_paces=(("happy", 0.25),))
    weights = replace(weights, acoustic_config=config)
    slow = AcousticModel(export_voice(weights), LIBRARY, Shelf())
    for intensity, factor in ((0, 1), (0.5, 0.5), (1, 0.25)):
        asked = said("mid", emotion="happy", intensity=intensity)
        felt = ["happy" in symbol for symbol in asked.text.split()]
        as_slow = replace(asked, rate=np.where(felt, factor, 1).astype(np.float32))
        assert same(slow.plan(asked), plan(voice, as_slow)), intensity
        reference = Sambert(weights).speak(asked)
        assert torch.equal(reference.durations, sambert(voice).speak(as_slow).durations), intensity
    assert same(slow.plan(said("mid", emotion="sad")), plan(voice, said("mid", emotion="sad")))


@pytest.mark.parametrize("voice", ["plain_emo", "nsf_emo", "fp_emo"])
def test_intensity_0_is_neutral(voice: str) -> None:
    none, neutral = plan(voice, said("mid", intensity=0)), plan(voice, said("mid", emotion="neutral"))
    assert same(none, neutral)
    assert not np.array_equal(none.pitch, plan(voice, said("mid")).pitch)


def test_intensity_1_is_the_emotion_as_it_was_learned_bit_for_bit() -> None:
    learned = exported("plain_emo").tensors["emo_tokenizer.weight"]
    unit = exported("plain_emo").unit
    happy = learned[unit.emotion_id("happy")]
    neutral = learned[unit.emotion_id("neutral")]
    assert not np.array_equal(neutral + np.float32(1) * (happy - neutral), happy)
    speaking = np.array(["emotion_happy" in symbol for symbol in said("mid").text.split()])
    planned = plan("plain_emo", said("mid"))
    frames = np.repeat(np.arange(len(planned.durations)), planned.durations)[::3]
    rows = planned.memory[:, -learned.shape[1] :]
    assert (rows[speaking[frames]] == happy).all()


@pytest.mark.parametrize("intensity", [0.5, 2.0])
def test_intensity_moves_the_emotion_along_the_line_from_neutral(intensity: float) -> None:
    unit = golden.voice("plain_emo").unit
    happy, neutral = unit.emotion_id("happy"), unit.emotion_id("neutral")

    def moved(table: np.ndarray) -> np.ndarray:
        table = table.copy()
        table[happy] = table[neutral] + np.float32(intensity) * (table[happy] - table[neutral])
        return table

    weights = altered("plain_emo", acoustic={"emo_tokenizer.weight": moved})
    expected = AcousticModel(export_voice(weights), LIBRARY, Shelf()).plan(said("mid"))
    assert same(plan("plain_emo", said("mid", intensity=intensity)), expected)


def test_breaks_stay_without_emotion() -> None:
    breaks = ["emotion_none" in symbol for symbol in said("mid").text.split()]
    on_breaks = np.where(breaks, 0.0, 1.0).tolist()
    assert same(plan("plain_emo", said("mid", intensity=on_breaks)), plan("plain_emo", said("mid")))


@pytest.mark.parametrize("voice", WITH_SOURCE)
def test_a_voice_with_an_f0_channel_has_its_f0_multiplied_and_nothing_else(voice: str) -> None:
    usual, higher = (plan(voice, said("short", pitch=pitch)) for pitch in (0, 12))
    assert (usual.f0_factor == 1).all()
    assert (higher.f0_factor == 2).all()
    assert same(usual, replace(higher, f0_factor=usual.f0_factor))


def test_another_voice_has_its_predicted_pitch_raised() -> None:
    usual, higher = (plan("plain_emo", said("mid", pitch=pitch)) for pitch in (0, 12))
    np.testing.assert_allclose(higher.pitch + 4, 2 * (usual.pitch + 4), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(higher.energy, usual.energy)


def test_a_factor_of_1_leaves_pitch_as_it_is() -> None:
    pitch = spectrogram(1, 100)[0]
    np.testing.assert_array_equal(raised(pitch, np.ones(100, np.float32)), pitch)


def test_filled_pauses_belong_to_the_symbol_behind_them() -> None:
    owners = plan("fp_emo", golden.line("mid")).owners
    kinds = golden.values("fp_emo__mid")["fp"].argmax(1)
    expected = [symbol for symbol, kind in enumerate(kinds) for _ in range(4 if kind else 1)]
    np.testing.assert_array_equal(owners, expected)


def test_without_filled_pauses_each_symbol_is_its_own() -> None:
    np.testing.assert_array_equal(plan("plain_emo", golden.line("mid")).owners, np.arange(22))


def spoken(voice: str, line: SymbolLine) -> AcousticOutput | None:
    try:
        return sambert(voice).speak(line)
    except NothingPredictedError:
        return None


def symbols(voice: str) -> st.SearchStrategy[SymbolLine]:
    """Lines of any symbols of the golden lines, each said in its own way."""
    known = sorted(
        {symbol for name in ("short", "mid", "long", "odd") for symbol in golden.line(name).text.split()}
    )
    said_so = st.tuples(
        st.sampled_from(known),
        st.sampled_from([0.0, 0.5, 1.0, 1.7, 2.0]),
        st.sampled_from([0.5, 0.8, 1.0, 1.25, 2.0]),
        st.sampled_from([-12.0, -3.5, 0.0, 1.0, 12.0]),
    )
    return st.lists(said_so, min_size=1, max_size=12).map(
        lambda rows: SymbolLine(
            " ".join(row[0] for row in rows),
            *(np.array([row[index] for row in rows], np.float32) for index in (1, 2, 3)),
        )
    )


@on_every_path
@pytest.mark.parametrize("voice", NAMES)
@settings(max_examples=10)
@given(data=st.data())
def test_any_line_is_planned_as_pytorch_does_it(
    voice: str, data: st.DataObject, library: ctypes.CDLL | None
) -> None:
    line = data.draw(symbols(voice))
    expected = spoken(voice, line)
    if expected is None:
        with pytest.raises(UnusableSpeechError, match="no duration"):
            networks(voice, library).acoustic.plan(line)
        return
    planned = networks(voice, library).acoustic.plan(line)
    exact = (np.exp(expected.log_durations.numpy()) - 1) / line.rate[planned.owners]
    assume((np.abs(exact % 1 - 0.5) > HALFWAY).all())
    assume(abs(exact.max() / 3 % 1 - 0.5) > HALFWAY)
    np.testing.assert_array_equal(planned.durations, expected.durations)
    assert planned.band == expected.band
    assert planned.frames == len(planned.f0_factor) == len(expected.mel)
    np.testing.assert_allclose(planned.log_durations, expected.log_durations, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(planned.pitch, expected.pitch, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(planned.energy, expected.energy, rtol=0, atol=TOLERANCE)


@given(durations=st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any), group=st.integers(1, 4))
def test_the_decoder_reads_what_it_reads_in_pytorch(durations: list[int], group: int) -> None:
    hidden, vectors = spectrogram(len(durations), 6), spectrogram(len(durations), 5, seed=1)
    counts = np.array(durations)
    speaker, emotion = torch.tensor(vectors[:, :2]), torch.tensor(vectors[:, 2:])
    expected = variance.decoder_memory(torch.tensor(hidden), speaker, emotion, torch.tensor(counts), group)
    np.testing.assert_allclose(decoder_memory(hidden, vectors, counts, group), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("text", ["", "{nonsense}", "{n_c$tone9$s_begin$word_begin$emotion_neutral$F7}"])
def test_an_unreadable_line_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(SymbolError):
        plan("plain_emo", SymbolLine.plain(text))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda bias: bias + 10, "s for one symbol"),
        (lambda bias: bias - 100, "no duration for any symbol"),
        (lambda bias: bias * np.float32(np.nan), "no numbers"),
    ],
)
@on_every_path
def test_absurd_durations_are_no_speech(
    change: Callable[[np.ndarray], np.ndarray], complaint: str, library: ctypes.CDLL | None
) -> None:
    weights = altered("plain_emo", acoustic={"variance_adaptor.duration_predictor.fc.bias": change})
    with pytest.raises(UnusableSpeechError, match=complaint):
        AcousticModel(export_voice(weights), library, Shelf()).plan(golden.line("short"))


def test_lines_longer_than_any_before_may_be_planned_at_once() -> None:
    model = AcousticModel(exported("plain_emo"), LIBRARY, Shelf())
    texts = [" ".join([golden.line("long").text] * count) for count in (12, 4, 8, 5, 11, 6, 9, 7)]
    lines = [SymbolLine.plain(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        planned = list(pool.map(model.plan, lines))
    assert all(same(one, model.plan(line)) for one, line in zip(planned, lines, strict=True))


def test_positions_of_a_longer_table_start_with_those_of_a_shorter() -> None:
    np.testing.assert_array_equal(position_code(600, 16)[:256], position_code(256, 16))
