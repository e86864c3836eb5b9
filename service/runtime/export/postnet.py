"""The postnet as a graph that takes mel frames as they are decoded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray

from service.models.config import AcousticConfig
from service.runtime.export import fsmn
from service.runtime.export.acoustic import below
from service.runtime.export.graph import Graph, Value

Tensors = Mapping[str, NDArray[np.float32]]

_FSMN = "mel_postnet.fsmn"
_TO_THE_END = np.iinfo(np.int64).max


def look_ahead(tensors: Tensors, config: AcousticConfig) -> int:
    """By how many frames the postnet's output lags behind its input."""
    weight = tensors[f"{_FSMN}.memory_block_lst.0.conv_dw.weight"]
    return fsmn.layers(tensors, _FSMN) * fsmn.reach(weight.shape[2], config.postnet_shift)[1]


def postnet_graph(tensors: Tensors, config: AcousticConfig) -> onnx.ModelProto:
    """What the postnet adds to the decoder's frames, piece by piece.

    Inputs: ``frames`` (m, mels), the next ones; ``first`` and ``total`` (1,), the index of the first of them
    and the length of the sentence (frames from there on count as absent); the state of the piece before,
    zeros at the start: ``memory`` (layers, reach, units), ``skipped`` (layers, look-ahead of one, units),
    ``hidden`` and ``cell`` (1, 1, LSTM units).

    Outputs: ``change`` for the frames from ``first - lag`` on, none of them below 0, where ``lag`` is
    ``look_ahead``; and ``new_memory``, ``new_skipped``, ``new_hidden``, ``new_cell``. The first piece must
    have more frames than the lag.
    """
    graph = Graph("postnet")
    piece = _Piece(graph, tensors, config)
    x = graph.input("frames", ["m", tensors[f"{_FSMN}.ffn_lst.0.w_1.weight"].shape[1]])
    for layer in range(piece.layers):
        x = piece.block(x, layer)
    before = graph.add("Sub", graph.constant([piece.layers * piece.ahead], np.int64), piece.first)
    start = graph.add("Max", before, graph.constant([0], np.int64))
    x = graph.slice(x, start, _TO_THE_END, 0)
    lstm = below(tensors, "mel_postnet.lstm.")
    shape: list[int | str | None] = [1, 1, lstm["weight_hh_l0"].shape[1]]
    x, hidden, cell = graph.lstm(x, lstm, (graph.input("hidden", shape), graph.input("cell", shape)))
    change = graph.linear(x, tensors["mel_postnet.fc.weight"], tensors["mel_postnet.fc.bias"])
    graph.output("change", change, 2)
    graph.output("new_memory", graph.add("Concat", *piece.new_memory, axis=0), 3)
    graph.output("new_skipped", graph.add("Concat", *piece.new_skipped, axis=0), 3)
    graph.output("new_hidden", hidden, 3)
    graph.output("new_cell", cell, 3)
    return graph.model()


class _Piece:
    """The FSMN blocks over one piece; each lags ``ahead`` frames behind the one before."""

    def __init__(self, graph: Graph, tensors: Tensors, config: AcousticConfig) -> None:
        self.layers = fsmn.layers(tensors, _FSMN)
        units, _, size = tensors[f"{_FSMN}.memory_block_lst.0.conv_dw.weight"].shape
        self._back, self.ahead = fsmn.reach(size, config.postnet_shift)
        self._graph, self._tensors = graph, tensors
        self.first = graph.input("first", [1], np.int64)
        self._total = graph.input("total", [1], np.int64)
        self._memory = graph.input("memory", [self.layers, self._back + self.ahead, units])
        self._skipped = graph.input("skipped", [self.layers, self.ahead, units])
        self.new_memory: list[Value] = []
        self.new_skipped: list[Value] = []

    def block(self, x: Value, layer: int) -> Value:
        """Block ``layer`` over rows x; gives the rows that lie ``ahead`` frames before these."""
        graph, weight = self._graph, self._tensors[f"{_FSMN}.memory_block_lst.{layer}.conv_dw.weight"]
        c = fsmn.feed_forward(graph, x, self._tensors, f"{_FSMN}.ffn_lst.{layer}")
        c = graph.add("Where", self._present(x, layer), c, graph.constant(np.float32(0)))
        rows = self._joined(self._memory, layer, c, self.new_memory, self._back + self.ahead)
        own = graph.slice(rows, self._back, -self.ahead if self.ahead else _TO_THE_END, 0)
        y = graph.add("Add", own, fsmn.memory(graph, rows, weight, (0, 0)))
        skip = self._tensors[f"{_FSMN}.ffn_lst.{layer}.w_1.weight"].shape[1] == weight.shape[0]
        late = self._joined(self._skipped, layer, x if skip else c, self.new_skipped, self.ahead)
        if not skip:
            return y
        return graph.add("Add", y, graph.slice(late, 0, -self.ahead if self.ahead else _TO_THE_END, 0))

    def _present(self, x: Value, layer: int) -> Value:
        """Of each row of block ``layer``, (m, 1): whether its frame is one of the sentence's."""
        graph = self._graph
        count = graph.add("Squeeze", graph.slice(graph.add("Shape", x), 0, 1, 0))
        zero, one = graph.constant(np.int64(0)), graph.constant(np.int64(1))
        lag = graph.constant([layer * self.ahead], np.int64)
        frame = graph.add("Add", graph.add("Range", zero, count, one), graph.add("Sub", self.first, lag))
        late = graph.add("GreaterOrEqual", frame, graph.constant([0], np.int64))
        present = graph.add("And", late, graph.add("Less", frame, self._total))
        return graph.add("Unsqueeze", present, graph.constant([1], np.int64))

    def _joined(self, caches: Value, layer: int, rows: Value, kept: list[Value], count: int) -> Value:
        """The rows behind those of the piece before; the last ``count`` are kept for the next one."""
        graph = self._graph
        old = graph.add("Gather", caches, graph.constant(np.int64(layer)), axis=0)
        joined = graph.add("Concat", old, rows, axis=0)
        last = graph.slice(joined, -count if count else _TO_THE_END, _TO_THE_END, 0)
        kept.append(graph.add("Unsqueeze", last, graph.constant([0], np.int64)))
        return joined
