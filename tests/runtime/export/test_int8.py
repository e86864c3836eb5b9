"""A voice with an int8 vocoder, as ``with_int8`` makes it of one that has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import onnx
import pytest

from service.runtime.export.mels import mels, vocoder_inputs, voiced
from service.runtime.export.verdict import Score, Verdict, judge, spectral_distance
from service.runtime.export.voice import with_int8
from service.runtime.exported import VOCODER, VOCODER_INT8, ExportedVoice
from service.runtime.vocoder import Vocoder
from tests.models import golden
from tests.runtime.voices import Floats, exported, in_int16, sambert

VOICES = ["plain_emo", "nsf_emo"]
LINES = [golden.line("short"), golden.line("mid")]
GOOD = Score(errors=0.02, quality=3.0)


@cache
def quantized(voice: str) -> tuple[ExportedVoice, Verdict]:
    return with_int8(in_int16(voice), golden.voice(voice), LINES)


@pytest.mark.parametrize("voice", VOICES)
def test_int8_sounds_like_fp32(voice: str) -> None:
    faster, _ = quantized(voice)
    (mel,) = mels(exported(voice), LINES[1:])
    exact, fast = (voiced(Vocoder(faster, precision), mel) for precision in ("fp32", "int8"))
    assert exact.shape == fast.shape == (200 * len(mel),)
    assert np.isfinite(fast).all()
    assert not np.array_equal(exact, fast)
    assert np.corrcoef(exact, fast)[0, 1] > 0.99


@pytest.mark.parametrize("voice", VOICES)
def test_the_voice_is_served_as_the_verdict_says_and_holds_its_figures(voice: str) -> None:
    faster, verdict = quantized(voice)
    assert faster.precision == ("int8" if verdict.passed else "int16")
    assert faster.verdict == verdict.figures
    assert 0 < verdict.figures["log_spectral_distance_db"] < 10
    assert replace(faster, precision="int16", verdict={}, files=in_int16(voice).files) == in_int16(voice)


def test_the_verdict_is_on_the_lines_that_it_was_not_calibrated_with() -> None:
    faster, verdict = quantized("plain_emo")
    (mel,) = mels(exported("plain_emo"), LINES[1:])
    pair = (voiced(Vocoder(faster, precision), mel) for precision in ("fp32", "int8"))
    assert verdict.distance == pytest.approx(spectral_distance(*pair))


def test_all_convolutions_but_the_first_and_the_last_are_in_int8() -> None:
    graph = onnx.load_from_string(quantized("plain_emo")[0].files[VOCODER_INT8]).graph
    made_by = {output: node for node in graph.node for output in node.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    rounded = [
        node.input[1] in made_by and made_by[node.input[1]].op_type == "DequantizeLinear"
        for node in convolutions
    ]
    assert rounded == [False, *[True] * (len(convolutions) - 2), False]


def test_the_fp32_graph_stays_as_it_was() -> None:
    assert quantized("plain_emo")[0].files[VOCODER] == exported("plain_emo").files[VOCODER]


def test_a_scorer_hears_both_takes_of_each_line_and_has_a_say() -> None:
    heard: list[list[int]] = []

    def scorer(takes: Sequence[Floats], rate: int) -> Score:
        heard.append([len(take) for take in takes])
        assert rate == 16_000
        return GOOD if len(heard) == 1 else Score(errors=0.02, quality=2.0)

    verdict = judge(quantized("plain_emo")[0], LINES, scorer)
    lengths = [200 * int(golden.values(f"plain_emo__{name}")["n_frames"]) for name in ("short", "mid")]
    assert heard == [lengths, lengths]
    assert verdict.fp32 == GOOD
    assert not verdict.passed


@pytest.mark.parametrize("name", ["plain_emo__mid", "nsf_emo__short"])
def test_mels_are_those_that_pytorch_speaks(name: str) -> None:
    (mel,) = mels(exported(name), [golden.line(name)])
    expected = sambert(name.split("__")[0]).speak(golden.line(name)).mel
    np.testing.assert_allclose(mel, expected, rtol=0, atol=1e-4)


def test_the_vocoders_inputs_are_short_pieces_of_all_lines() -> None:
    lines = [golden.line("long"), golden.line("short")]
    inputs = list(vocoder_inputs(exported("plain_emo"), lines))
    spoken = np.concatenate(list(mels(exported("plain_emo"), lines)))
    np.testing.assert_array_equal(np.concatenate([piece["mel"][0].T for piece in inputs]), spoken)
    assert max(piece["mel"].shape[2] for piece in inputs) <= 200
    assert all(piece["before"] == piece["behind"] == 0 for piece in inputs)
    assert all(set(piece) == {"mel", "before", "behind"} for piece in inputs)


def test_those_of_a_voice_with_a_source_hold_its_excitation() -> None:
    inputs = list(vocoder_inputs(exported("nsf_emo"), [golden.line("short")]))
    assert inputs
    for piece in inputs:
        assert piece["excitation"].shape == (1, 1, 200 * piece["mel"].shape[2])
        assert piece["mel"].shape[1] == 80
