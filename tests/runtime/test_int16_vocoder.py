"""The vocoder in 16-bit integers gives what the fp32 graph gives, but for rounding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.vocoder import snr
from service.runtime.export.voice import export_voice, with_int16
from service.runtime.exported import VOCODER, VOCODER_INT16, ExportedVoice
from service.runtime.graph_vocoder import GraphVocoder
from service.runtime.int16_vocoder import Int16Vocoder, runs_here
from service.runtime.shelf import Shelf
from tests.models import golden
from tests.runtime.voices import LIBRARY, NAMES, WITH_SOURCE, Floats, in_int16, needs_int16, spectrogram

LEAST_SNR = 40.0  # dB


class Noise(NamedTuple):
    """A sentence: mel, shape (frames, mels), and for NSF voices the excitation, shape (frames * hop,)."""

    mel: Floats
    excitation: Floats | None


def noise(voice: ExportedVoice, frames: int) -> Noise:
    source = spectrogram(1, frames * voice.vocoder.hop, seed=1)[0] * np.float32(0.1)
    return Noise(spectrogram(frames), source if voice.vocoder.excitation_rate is not None else None)


def int16(voice: ExportedVoice) -> Int16Vocoder:
    assert LIBRARY is not None
    return Int16Vocoder(voice.files[VOCODER_INT16], voice.vocoder, LIBRARY)


def exact(voice: ExportedVoice) -> GraphVocoder:
    return GraphVocoder(voice.files[VOCODER], voice.context, voice.vocoder.hop, Shelf())


def spoken(vocoder: Int16Vocoder | GraphVocoder, sentence: Noise) -> Floats:
    started = vocoder.start(len(sentence.mel))
    started.push(*sentence)
    return started.speak(len(sentence.mel))


@needs_int16
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12)
@given(frames=st.integers(1, 60))
def test_samples_are_those_of_fp32(name: str, frames: int) -> None:
    voice = in_int16(name)
    sentence = noise(voice, frames)
    expected, samples = (spoken(vocoder(voice), sentence) for vocoder in (exact, int16))
    assert samples.shape == expected.shape == (frames * voice.vocoder.hop,)
    assert snr(expected, samples) > LEAST_SNR


@needs_int16
@pytest.mark.parametrize("name", ["plain_emo", "causal_emo", *WITH_SOURCE])
@settings(max_examples=12)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_pieces_are_a_whole_sentence_to_the_bit(name: str, sizes: list[int]) -> None:
    voice, total = in_int16(name), sum(sizes)
    vocoder, sentence = int16(voice), noise(voice, total)
    started = vocoder.start(total)
    started.push(*sentence)
    pieces = [started.speak(size) for size in sizes]
    assert [len(piece) for piece in pieces] == [size * vocoder.hop for size in sizes]
    np.testing.assert_array_equal(np.concatenate(pieces), spoken(vocoder, sentence))


@needs_int16
@pytest.mark.parametrize("name", ["plain_emo", "causal_emo", *WITH_SOURCE])
def test_what_is_spoken_needs_no_more_behind_it_than_it_says(name: str) -> None:
    voice = in_int16(name)
    vocoder, sentence = int16(voice), noise(voice, 60)
    started, there = vocoder.start(60), 20 + vocoder.behind
    started.push(
        sentence.mel[:there],
        None if sentence.excitation is None else sentence.excitation[: there * vocoder.hop],
    )
    np.testing.assert_array_equal(started.speak(20), spoken(vocoder, sentence)[: 20 * vocoder.hop])


@needs_int16
def test_sentences_of_one_vocoder_do_not_hear_each_other() -> None:
    voice = in_int16("nsf_emo")
    vocoder = int16(voice)
    first, second = noise(voice, 40), noise(voice, 50)
    alone = [spoken(vocoder, sentence) for sentence in (first, second)]
    started = [vocoder.start(40), vocoder.start(50)]
    for sentence, one in zip((first, second), started, strict=True):
        one.push(*sentence)
    turns = [[one.speak(20) for one in started] for _ in range(2)]
    np.testing.assert_array_equal(np.concatenate([turn[0] for turn in turns]), alone[0])
    np.testing.assert_array_equal(np.concatenate([turn[1] for turn in turns]), alone[1][: 40 * vocoder.hop])


@needs_int16
def test_what_is_kept_of_a_sentence_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIBRARY is not None
    end, ended = LIBRARY.end_vocoding, list[int]()

    def ends(memory: int) -> None:
        ended.append(memory)
        end(memory)

    monkeypatch.setattr(LIBRARY, "end_vocoding", ends)
    voice = in_int16("plain_emo")
    sentence = int16(voice).start(30)
    sentence.push(*noise(voice, 30))
    sentence.speak(10)
    assert not ended
    del sentence
    assert len(ended) == 1


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
    sentence = noise(voice, 40)
    assert snr(spoken(exact(voice), sentence), spoken(int16(voice), sentence)) > LEAST_SNR


@needs_int16
def test_threads_get_the_same_to_the_bit() -> None:
    voice = in_int16("nsf_emo")
    vocoder, sentence = int16(voice), noise(voice, 50)
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(lambda _: spoken(vocoder, sentence), range(8))
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_without_compiled_code_it_does_not_run() -> None:
    assert not runs_here(None)


@needs_int16
@pytest.mark.parametrize("name", ["plain_emo", "nsf_emo"])
def test_mels_far_beyond_those_of_calibration_are_spoken_too(name: str) -> None:
    voice = in_int16(name)
    mel, source = noise(voice, 40)
    sentence = Noise(mel * np.float32(6), source)
    assert snr(spoken(exact(voice), sentence), spoken(int16(voice), sentence)) > LEAST_SNR
