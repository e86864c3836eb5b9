"""HiFi-GAN as a graph gives what it gives in PyTorch, whole and in pieces."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from service.models.config import VocoderConfig
from service.models.hifigan import HifiGan
from service.models.weights import Tensors, VoiceWeights
from service.runtime.export.vocoder import Context, context_after, phases, vocoder_graph
from service.runtime.sessions import Session
from tests.models import golden
from tests.runtime.voices import WITH_SOURCE, Floats, pieces, spectrogram

TOLERANCE = 1e-5
DILATIONS = ((1, 3, 5, 7),) * 3
SHORT_DILATIONS = ((1, 3, 5),) * 3
KERNELS = (3, 7, 11)
OFFICIAL = {  # settings, transposed convolutions' sizes, mel channels
    "16k": (VocoderConfig((10, 5, 2, 2), DILATIONS, causal=False), (20, 11, 4, 4), 80),
    "16k causal": (VocoderConfig((10, 5, 2, 2), DILATIONS, causal=True), (20, 10, 4, 4), 80),
    "8k": (VocoderConfig((5, 5, 2, 2), DILATIONS, causal=False), (10, 10, 4, 4), 80),
    "24k": (VocoderConfig((8, 5, 3, 2), SHORT_DILATIONS, causal=False), (16, 10, 6, 4), 80),
    "48k": (VocoderConfig((10, 5, 3, 2, 2), DILATIONS, causal=False), (20, 10, 6, 4, 4), 128),
}
NSF = VocoderConfig((10, 5, 2, 2), DILATIONS, causal=True, excitation_rate=16_000)


def tensors(config: VocoderConfig, sizes: tuple[int, ...], mels: int) -> Tensors:
    """Random weights of official kernel sizes and a few channels."""
    generator, made = np.random.default_rng(0), {}

    def convolution(name: str, *shape: int, biases: int) -> None:
        scale = np.float32(0.5 / np.sqrt(np.prod(shape[1:])))  # quiet enough for tanh to hide nothing
        made[f"{name}.weight"] = generator.standard_normal(shape, np.float32) * scale
        made[f"{name}.bias"] = generator.standard_normal(biases, np.float32) * np.float32(0.1)

    channels = 2 ** len(config.scales)
    convolution("conv_pre.conv1d", channels, mels, 7, biases=channels)
    for stage, size in enumerate(sizes):
        channels //= 2
        convolution(f"transpose_upsamples.{stage}.1.deconv", 2 * channels, channels, size, biases=channels)
        convolution(f"repeat_upsamples.{stage}.2.conv1d", channels, 2 * channels, 7, biases=channels)
        for place, dilations in enumerate(config.dilations):
            for layer in range(len(dilations)):
                for turn in ("convs1", "convs2"):
                    block = f"conv_blocks.{stage * len(KERNELS) + place}.{turn}.{layer}.conv1d"
                    convolution(block, channels, channels, KERNELS[place], biases=channels)
        if config.excitation_rate is not None:
            stride = int(np.prod(config.scales[stage + 1 :]))
            size = 2 * stride if stride > 1 else 1
            convolution(f"source_downs.{stage}.conv1d", channels, 1, size, biases=channels)
    convolution("conv_post.conv1d", 1, 1, 7, biases=1)
    if config.excitation_rate is not None:
        convolution("source_module.ffn.0", 1, config.harmonics + 1, 1, biases=1)
    return made


@cache
def official(name: str) -> VoiceWeights:
    config, sizes, mels = (NSF, (20, 10, 4, 4), 80) if name == "nsf causal" else OFFICIAL[name]
    return replace(golden.voice("plain_emo"), vocoder_config=config, vocoder=tensors(config, sizes, mels))


def weights(name: str) -> VoiceWeights:
    """A golden voice, or one of official sizes."""
    return golden.voice(name) if name.endswith("_emo") else official(name)


@cache
def session(name: str, planar: bool) -> Session:
    voice = weights(name)
    graph = vocoder_graph(voice.vocoder, voice.vocoder_config, planar=planar)
    return Session(graph.SerializeToString())


@cache
def torch_vocoder(name: str) -> HifiGan:
    return HifiGan(weights(name))


def excitation(name: str, frames: int) -> Floats | None:
    """Noise for a voice with a source."""
    config = weights(name).vocoder_config
    if config.excitation_rate is None:
        return None
    noise: Floats = np.float32(0.25) * spectrogram(1, frames * config.hop, seed=1)[0]
    return noise


def mel(name: str, frames: int) -> Floats:
    return spectrogram(frames, weights(name).vocoder["conv_pre.conv1d.weight"].shape[1])


def whole(name: str, frames: int) -> Floats:
    """What PyTorch makes of the whole sentence."""
    source = excitation(name, frames)
    given_source = None if source is None else torch.tensor(source)
    samples: Floats = torch_vocoder(name).speak(torch.tensor(mel(name, frames)), given_source).numpy()
    return samples


def in_pieces(name: str, sizes: list[int], planar: bool) -> Floats:
    """What the graph makes of pieces with as much context as it says that they need."""
    voice, frames, parts = weights(name), sum(sizes), []
    hop, source, spoken = voice.vocoder_config.hop, excitation(name, frames), mel(name, frames)
    context = context_after(voice.vocoder, voice.vocoder_config, -1)
    for piece in pieces(sizes):
        low, high = max(0, piece.start - context.before), min(frames, piece.stop + context.behind)
        inputs = {
            "mel": np.ascontiguousarray(spoken[low:high].T[None]),
            "before": np.array([piece.start - low]),
            "behind": np.array([high - piece.stop]),
        }
        if source is not None:
            inputs["excitation"] = source[None, None, low * hop : high * hop]
        parts.append(session(name, planar)(**inputs)["samples"][0, 0])
        assert len(parts[-1]) == (piece.stop - piece.start) * hop
    return np.concatenate(parts)


@pytest.mark.parametrize("planar", [True, False], ids=["planar", "linear"])
@pytest.mark.parametrize("name", ["plain_emo", "causal_emo", "nsf_emo", "nsf causal", *OFFICIAL])
def test_a_sentence_at_once_is_pytorchs(name: str, planar: bool) -> None:
    np.testing.assert_allclose(in_pieces(name, [50], planar), whole(name, 50), rtol=0, atol=TOLERANCE)
    assert np.abs(whole(name, 50)).max() > 0.01


@pytest.mark.parametrize("planar", [True, False], ids=["planar", "linear"])
@pytest.mark.parametrize("name", ["plain_emo", "causal_emo", "nsf_emo", "nsf causal"])
@settings(max_examples=8)
@given(sizes=st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_a_sentence_in_pieces_of_any_sizes_is_the_whole(name: str, planar: bool, sizes: list[int]) -> None:
    np.testing.assert_allclose(
        in_pieces(name, sizes, planar), whole(name, sum(sizes)), rtol=0, atol=TOLERANCE
    )


@pytest.mark.parametrize("name", list(OFFICIAL))
def test_pieces_of_every_official_size_are_the_whole(name: str) -> None:
    sizes = [1, 45, 3, 40]
    np.testing.assert_allclose(in_pieces(name, sizes, True), whole(name, sum(sizes)), rtol=0, atol=TOLERANCE)


def test_a_frame_without_neighbours_is_a_sentence() -> None:
    for name in ("plain_emo", "causal_emo", *WITH_SOURCE):
        np.testing.assert_allclose(in_pieces(name, [1], True), whole(name, 1), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("16k", Context(18, 18)),  # measured: 16.5 and 16.6
        ("16k causal", Context(35, 0)),  # measured: 33.6 and 0
        ("plain_emo", Context(18, 18)),
        ("causal_emo", Context(35, 0)),
    ],
)
def test_the_context_is_no_longer_than_it_must_be(name: str, most: Context) -> None:
    voice = weights(name)
    context = context_after(voice.vocoder, voice.vocoder_config, -1)
    assert context.before <= most.before
    assert context.behind <= most.behind


@pytest.mark.parametrize("name", [*OFFICIAL, "plain_emo", "causal_emo"])
def test_the_context_covers_all_that_pytorch_looks_at(name: str) -> None:
    voice, frames, middle = weights(name), 81, 40
    hop = voice.vocoder_config.hop
    context = context_after(voice.vocoder, voice.vocoder_config, -1)
    nan = torch.tensor(mel(name, frames))
    nan[middle] = float("nan")
    reached = np.flatnonzero(np.isnan(torch_vocoder(name).speak(nan).numpy())) // hop
    assert middle - context.behind <= reached.min() <= middle
    assert middle <= reached.max() <= middle + context.before


@pytest.mark.parametrize("name", [*OFFICIAL, "nsf causal"])
def test_context_shrinks_from_stage_to_stage(name: str) -> None:
    voice = weights(name)
    stages = range(-1, len(voice.vocoder_config.scales))
    contexts = [context_after(voice.vocoder, voice.vocoder_config, stage) for stage in stages]
    assert [c.before for c in contexts] == sorted((c.before for c in contexts), reverse=True)
    assert [c.behind for c in contexts] == sorted((c.behind for c in contexts), reverse=True)
    assert contexts[-1].before <= 1
    assert contexts[-1].behind <= 1


@settings(max_examples=40)
@given(
    scale=st.integers(2, 10),
    longer=st.integers(0, 12),
    repeat=st.sampled_from([1, 3, 7]),
    causal=st.booleans(),
    frames=st.integers(1, 12),
)
def test_one_convolution_gives_all_phases_of_both_upsampling_branches(
    scale: int, longer: int, repeat: int, causal: bool, frames: int
) -> None:
    size = scale + min(longer, scale + 1)
    made = {
        "transpose_upsamples.0.1.deconv.weight": spectrogram(6, 3 * size).reshape(6, 3, size),
        "repeat_upsamples.0.2.conv1d.weight": spectrogram(3, 6 * repeat, seed=1).reshape(3, 6, repeat),
    }
    kernel, back, ahead = phases(made, VocoderConfig((scale,), (), causal), 0)
    x = torch.tensor(spectrogram(6, frames, seed=2))[None]
    windows = nn.functional.pad(x, (back, ahead))
    phased = nn.functional.conv1d(windows, torch.tensor(kernel).flatten(0, 1))
    merged = phased.reshape(scale, 3, frames).permute(1, 2, 0).reshape(3, -1)
    up, conv = map(torch.tensor, made.values())
    trim = 0 if causal else (size - scale) // 2
    transposed = nn.functional.conv_transpose1d(x, up, stride=scale, padding=trim)[0, :, : frames * scale]
    pads = (repeat - 1, 0) if causal else (repeat // 2, repeat // 2)
    repeated = nn.functional.conv1d(nn.functional.pad(x.repeat_interleave(scale, 2), pads), conv)[0]
    np.testing.assert_allclose(merged, transposed + repeated, rtol=0, atol=1e-4)
