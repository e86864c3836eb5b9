"""HiFi-GAN (Kong et al. 2020) as a graph over a piece of a mel.

Three things make it faster than the network as it is written, and change nothing but rounding. A stage's two
upsampling branches (nearest repetition with a convolution, transposed convolution) see the same input, so
both are one convolution at the lower rate that gives all phases of the higher one. One-dimensional
convolutions can be written as two-dimensional ones of height 1, for which ONNX Runtime has blocked fp32
kernels. And context frames around a piece are cut off stage by stage, where no later stage looks that far.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from service.models.config import VocoderConfig
from service.runtime.export.graph import Graph, Value

Tensors = Mapping[str, NDArray[np.float32]]

_SLOPE = 0.1
_LAST_SLOPE = 0.01


@dataclass(frozen=True, slots=True)
class Context:
    """How many mel frames before and behind a piece its samples depend on."""

    before: int
    behind: int


def context_after(tensors: Tensors, config: VocoderConfig, stage: int) -> Context:
    """The context that is still needed behind upsampling stage ``stage``; -1 is the network's input."""
    rate = config.hop
    reach = _reach(tensors["conv_post.conv1d.weight"].shape[2], config.causal) / rate
    for index in reversed(range(stage + 1, len(config.scales))):
        reach = reach + _stage_reach(tensors, config, index) / rate
        rate //= config.scales[index]
        _, back, ahead = phases(tensors, config, index)
        reach = reach + np.array([back, ahead]) / rate
    if stage < 0:
        reach = reach + _reach(tensors["conv_pre.conv1d.weight"].shape[2], config.causal)
    return Context(math.ceil(reach[0]), math.ceil(reach[1]))


def phases(tensors: Tensors, config: VocoderConfig, stage: int) -> tuple[NDArray[np.float32], int, int]:
    """Both upsampling branches of a stage as one kernel at the lower rate.

    Returns:
        The kernel (scale, outputs, inputs, taps), whose first axis is the phase of the higher rate; then how
        many inputs it looks back and ahead.
    """
    scale = config.scales[stage]
    up = tensors[f"transpose_upsamples.{stage}.1.deconv.weight"]
    inputs, outputs, size = up.shape
    trim = 0 if config.causal else (size - scale) // 2
    taps: dict[int, NDArray[np.float32]] = {}

    def tap(offset: int) -> NDArray[np.float32]:
        return taps.setdefault(offset, np.zeros((scale, outputs, inputs), np.float32))

    repeat = tensors[f"repeat_upsamples.{stage}.2.conv1d.weight"]
    size_repeat = repeat.shape[2]
    for phase in range(scale):
        for position in range(size):
            if (position - trim - phase) % scale == 0:
                tap((phase + trim - position) // scale)[phase] += up[:, :, position].T
        for position in range(size_repeat):
            back = (size_repeat - 1) // (1 if config.causal else 2)
            tap((phase + position - back) // scale)[phase] += repeat[:, :, position]
    first, last = min(taps), max(taps)
    kernel = np.stack([tap(offset) for offset in range(first, last + 1)], axis=-1)
    return kernel, -first, last


def phase_biases(tensors: Tensors, config: VocoderConfig, stage: int) -> NDArray[np.float32]:
    """The bias of both upsampling branches, for each phase and output: shape (scale * outputs,)."""
    bias = tensors[f"transpose_upsamples.{stage}.1.deconv.bias"]
    return np.tile(bias + tensors[f"repeat_upsamples.{stage}.2.conv1d.bias"], config.scales[stage])


@dataclass(frozen=True, slots=True)
class SourceLayer:
    """The convolution that brings the excitation to the rate of a stage.

    Attributes:
        weight: shape (outputs, 1, size).
        bias: shape (outputs,).
        stride: samples of the excitation a step.
        back, ahead: how many samples before its own, and behind, the first and the last step are padded.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    stride: int
    back: int
    ahead: int


def source_layer(tensors: Tensors, config: VocoderConfig, stage: int) -> SourceLayer:
    """What an NSF voice adds behind the upsampling of a stage."""
    name = f"source_downs.{stage}.conv1d"
    stride = math.prod(config.scales[stage + 1 :])
    pads = (0, 0) if stride == 1 else (2 * stride - 1, 0) if config.causal else (stride // 2,) * 2
    return SourceLayer(tensors[f"{name}.weight"], tensors[f"{name}.bias"], stride, *pads)


def vocoder_graph(tensors: Tensors, config: VocoderConfig, *, planar: bool) -> onnx.ModelProto:
    """The vocoder over a piece of a mel.

    Inputs: ``mel`` (1, mels, frames); ``before`` and ``behind`` (1,), how many of these frames are context:
    0 at the ends of a sentence, elsewhere what ``context_after`` says for -1; for NSF voices also
    ``excitation`` (1, 1, frames * hop). Output: ``samples`` (1, 1, (frames - before - behind) * hop).

    Args:
        tensors: with weight norm folded.
        config: the voice's.
        planar: write convolutions as two-dimensional ones.
    """
    return _Builder(tensors, config, planar).build()


def _reach(size: int, causal: bool, dilation: int = 1) -> NDArray[np.float64]:
    """How many inputs a convolution looks back and ahead."""
    total = (size - 1) * dilation
    return np.array([total, 0.0] if causal else [total / 2, total / 2])


def _stage_reach(tensors: Tensors, config: VocoderConfig, stage: int) -> NDArray[np.float64]:
    """How far the residual blocks of a stage look, in its samples."""
    reaches = []
    for index, dilations in enumerate(config.dilations):
        block = f"conv_blocks.{stage * len(config.dilations) + index}"
        size = tensors[f"{block}.convs1.0.conv1d.weight"].shape[2]
        pairs = [_reach(size, config.causal, d) + _reach(size, config.causal) for d in dilations]
        reaches.append(np.sum(pairs, axis=0))
    widest: NDArray[np.float64] = np.max(reaches, axis=0)
    return widest


class _Builder:
    def __init__(self, tensors: Tensors, config: VocoderConfig, planar: bool) -> None:
        self._tensors, self._config, self._planar = tensors, config, planar
        self._graph = Graph("vocoder")
        self._left = self._right = self._graph.constant([0], np.int64)  # frames cut off so far
        self._before = self._graph.input("before", [1], np.int64)
        self._behind = self._graph.input("behind", [1], np.int64)

    def build(self) -> onnx.ModelProto:
        graph, config = self._graph, self._config
        mel = graph.input("mel", [1, self._tensors["conv_pre.conv1d.weight"].shape[1], "frames"])
        self._frames = graph.slice(graph.add("Shape", mel), 2, 3, 0)
        source = None
        if config.excitation_rate is not None:
            source = self._lifted(graph.input("excitation", [1, 1, "samples"]))
        x = self._conv(self._lifted(mel), "conv_pre.conv1d")
        rate = 1
        for stage, scale in enumerate(config.scales):
            rate *= scale
            x = self._stage(x, stage, source, rate)
            if stage + 1 < len(config.scales):
                x = self._cut(x, rate, context_after(self._tensors, config, stage))
        x = self._conv(graph.add("LeakyRelu", x, alpha=_LAST_SLOPE), "conv_post.conv1d")
        x = self._cut(graph.add("Tanh", x), rate, Context(0, 0))
        graph.output("samples", graph.reshape(x, [1, 1, -1]), 3)
        return graph.model()

    def _stage(self, x: Value, stage: int, source: Value | None, rate: int) -> Value:
        graph = self._graph
        x = graph.add("Add", x, graph.add("Sin", x))
        x = self._upsampled(graph.add("LeakyRelu", x, alpha=_SLOPE), stage)
        if source is not None:
            x = graph.add("Add", x, self._source(source, stage, rate))
        count = len(self._config.dilations)
        blocks = [self._block(x, stage * count + i, self._config.dilations[i]) for i in range(count)]
        total = blocks[0]
        for block in blocks[1:]:
            total = graph.add("Add", total, block)
        return graph.add("Mul", total, graph.constant(np.float32(1 / count)))

    def _upsampled(self, x: Value, stage: int) -> Value:
        """Both branches in one convolution, then its phases put in turn."""
        graph, tensors = self._graph, self._tensors
        kernel, back, ahead = phases(tensors, self._config, stage)
        scale, outputs, inputs, size = kernel.shape
        kernel = kernel.reshape(scale * outputs, inputs, size)
        x = self._convolution(x, kernel, phase_biases(tensors, self._config, stage), (back, ahead))
        x = graph.add("Transpose", graph.reshape(x, [scale, outputs, -1]), perm=[1, 2, 0])
        return graph.reshape(x, [1, outputs, 1, -1] if self._planar else [1, outputs, -1])

    def _source(self, source: Value, stage: int, rate: int) -> Value:
        """The excitation at the rate of a stage, cut like what it is added to."""
        layer = source_layer(self._tensors, self._config, stage)
        pads = layer.back, layer.ahead
        x = self._convolution(source, layer.weight, layer.bias, pads, stride=layer.stride)
        left, right = self._left, self._graph.add("Sub", self._frames, self._right)
        return self._rows(x, left, right, rate)

    def _block(self, x: Value, index: int, dilations: tuple[int, ...]) -> Value:
        graph = self._graph
        for turn, dilation in enumerate(dilations):
            y = graph.add("LeakyRelu", x, alpha=_SLOPE)
            y = self._conv(y, f"conv_blocks.{index}.convs1.{turn}.conv1d", dilation)
            y = graph.add("LeakyRelu", y, alpha=_SLOPE)
            x = graph.add("Add", x, self._conv(y, f"conv_blocks.{index}.convs2.{turn}.conv1d"))
        return x

    def _conv(self, x: Value, name: str, dilation: int = 1) -> Value:
        weight = self._tensors[f"{name}.weight"]
        back, ahead = _reach(weight.shape[2], self._config.causal, dilation)
        return self._convolution(
            x, weight, self._tensors[f"{name}.bias"], (int(back), int(ahead)), dilation=dilation
        )

    def _convolution(
        self,
        x: Value,
        weight: NDArray[np.float32],
        bias: NDArray[np.float32],
        pads: tuple[int, int],
        dilation: int = 1,
        stride: int = 1,
    ) -> Value:
        lift = [1] if self._planar else []
        edge = [0] if self._planar else []
        return self._graph.add(
            "Conv",
            x,
            self._graph.constant(weight[:, :, None, :] if self._planar else weight),
            self._graph.constant(bias),
            kernel_shape=[*lift, weight.shape[2]],
            dilations=[*lift, dilation],
            strides=[*lift, stride],
            pads=[*edge, pads[0], *edge, pads[1]],
        )

    def _lifted(self, x: Value) -> Value:
        return self._graph.add("Unsqueeze", x, self._graph.constant([2], np.int64)) if self._planar else x

    def _cut(self, x: Value, rate: int, context: Context) -> Value:
        """Leaves of the piece's context what is still needed."""
        graph = self._graph
        left, right = (
            graph.add("Max", graph.add("Sub", there, graph.constant([needed], np.int64)), cut)
            for there, needed, cut in (
                (self._before, context.before, self._left),
                (self._behind, context.behind, self._right),
            )
        )
        start = graph.add("Sub", left, self._left)
        end = graph.add("Sub", graph.add("Sub", self._frames, self._left), right)
        self._left, self._right = left, right
        return self._rows(x, start, end, rate)

    def _rows(self, x: Value, start: Value, end: Value, rate: int) -> Value:
        factor = self._graph.constant([rate], np.int64)
        first, last = (self._graph.add("Mul", bound, factor) for bound in (start, end))
        return self._graph.slice(x, first, last, axis=3 if self._planar else 2)
