"""Sambert's parallel parts as graphs: text encoder, and predictors of pitch and energy."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray

from service.models.config import AcousticConfig
from service.runtime.export import fsmn
from service.runtime.export.graph import Graph, Value

Tensors = Mapping[str, NDArray[np.float32]]

CHANNELS = ("sy_emb", "tone_emb", "syllable_flag_emb", "ws_emb")
BYTE_CHANNEL = "byte_index_emb"


def encoder_graph(tensors: Tensors, config: AcousticConfig) -> onnx.ModelProto:
    """The text encoder.

    Inputs: ``ids`` (channels, n) and ``positions`` (n, embedding size). Outputs: ``hidden`` (n, text units)
    and, for voices with filled pauses, ``pauses`` (n, 4): the logits of none and of three fillers.
    """
    graph = Graph("encoder")
    names = [BYTE_CHANNEL] if f"text_encoder.{BYTE_CHANNEL}.weight" in tensors else list(CHANNELS)
    ids = graph.input("ids", [len(names), "n"], np.int64)
    units = tensors["text_encoder.ling_enc.ln.weight"].shape[0]
    x = _embedding(graph, ids, [tensors[f"text_encoder.{name}.weight"] for name in names], units)
    size = tensors[f"text_encoder.{names[0]}.weight"].shape[1]
    x = graph.add("Add", x, graph.input("positions", ["n", size]))
    layer = 0
    while f"text_encoder.ling_enc.fft.{layer}.pos_ffn.w_1.weight" in tensors:
        x = _block(graph, x, tensors, f"text_encoder.ling_enc.fft.{layer}", config.encoder_heads)
        layer += 1
    x = _norm(graph, x, tensors, "text_encoder.ling_enc.ln")
    hidden = graph.linear(x, tensors["text_encoder.ling_proj.weight"])
    graph.output("hidden", hidden, 2)
    if config.filled_pauses:
        graph.output("pauses", _pauses(graph, hidden, tensors), 2)
    return graph.model()


def predictor_graph(tensors: Tensors, config: AcousticConfig) -> onnx.ModelProto:
    """Pitch and energy: ``conditions`` (n, text, speaker and emotion units) to ``pitch``, ``energy`` (n,)."""
    graph = Graph("predictor")
    first = tensors["variance_adaptor.pitch_predictor.fsmn.ffn_lst.0.w_1.weight"]
    conditions = graph.input("conditions", ["n", first.shape[1]])
    for name in ("pitch", "energy"):
        prefix = f"variance_adaptor.{name}_predictor"
        x = _fsmn(graph, conditions, tensors, f"{prefix}.fsmn", config.predictor_shift)
        x, _, _ = graph.lstm(x, below(tensors, f"{prefix}.blstm."))
        x = graph.linear(x, tensors[f"{prefix}.fc.weight"], tensors[f"{prefix}.fc.bias"])
        graph.output(name, graph.reshape(x, [-1]), 1)
    return graph.model()


def below(tensors: Tensors, prefix: str) -> dict[str, NDArray[np.float32]]:
    """The tensors whose names start with a prefix, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _embedding(graph: Graph, ids: Value, tables: list[NDArray[np.float32]], units: int) -> Value:
    """The sum of the channels' embeddings, scaled by the root of the encoder's width."""
    root = math.sqrt(units)
    total = None
    for channel, table in enumerate(tables):
        row = graph.add("Gather", ids, graph.constant(np.int64(channel)), axis=0)
        part = graph.add("Gather", graph.constant(table * np.float32(root)), row, axis=0)
        total = part if total is None else graph.add("Add", total, part)
    assert total is not None  # noqa: S101  there is at least one channel
    return total


def _block(graph: Graph, x: Value, tensors: Tensors, prefix: str, heads: int) -> Value:
    """Self-attention and a feed-forward part; the residual of attention only where the widths agree."""
    fc = tensors[f"{prefix}.slf_attn.fc.weight"]
    y = _norm(graph, x, tensors, f"{prefix}.slf_attn.layer_norm")
    qkv = graph.linear(
        y, tensors[f"{prefix}.slf_attn.w_qkv.weight"], tensors[f"{prefix}.slf_attn.w_qkv.bias"]
    )
    y = graph.linear(_attention(graph, qkv, heads, fc.shape[1]), fc, tensors[f"{prefix}.slf_attn.fc.bias"])
    if tensors[f"{prefix}.slf_attn.w_qkv.weight"].shape[1] == fc.shape[0]:
        y = graph.add("Add", y, x)
    z = _norm(graph, y, tensors, f"{prefix}.pos_ffn.layer_norm")
    w1, w2 = tensors[f"{prefix}.pos_ffn.w_1.weight"], tensors[f"{prefix}.pos_ffn.w_2.weight"]
    z = graph.add("Relu", _convolution(graph, z, w1, tensors[f"{prefix}.pos_ffn.w_1.bias"]))
    z = _convolution(graph, z, w2, tensors[f"{prefix}.pos_ffn.w_2.bias"])
    return graph.add("Add", y, z)


def _attention(graph: Graph, qkv: Value, heads: int, width: int) -> Value:
    """Softmax attention of rows (n, 3 * width) to themselves: (n, width)."""
    size = width // heads
    parts = graph.reshape(qkv, [-1, 3, heads, size])
    query, key, value = (
        graph.add("Transpose", graph.add("Gather", parts, graph.constant(np.int64(i)), axis=1), perm=perm)
        for i, perm in enumerate(([1, 0, 2], [1, 2, 0], [1, 0, 2]))
    )
    scale = graph.constant(np.float32(1 / math.sqrt(size)))
    scores = graph.add("Mul", graph.add("MatMul", query, key), scale)
    heard = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    return graph.reshape(graph.add("Transpose", heard, perm=[1, 0, 2]), [-1, width])


def _convolution(graph: Graph, x: Value, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> Value:
    """A padded convolution over rows (n, channels): one product with the neighbours side by side."""
    outputs, inputs, size = weight.shape
    if size > 1:
        pad = graph.constant([size // 2, 0, size // 2, 0], np.int64)
        wide = graph.add("Pad", x, pad)
        ends = [index - size + 1 or np.iinfo(np.int64).max for index in range(size)]
        x = graph.add("Concat", *(graph.slice(wide, i, end, 0) for i, end in enumerate(ends)), axis=1)
    return graph.linear(x, weight.transpose(0, 2, 1).reshape(outputs, size * inputs), bias)


def _fsmn(graph: Graph, x: Value, tensors: Tensors, prefix: str, shift: int) -> Value:
    for layer in range(fsmn.layers(tensors, prefix)):
        weight = tensors[f"{prefix}.memory_block_lst.{layer}.conv_dw.weight"]
        c = fsmn.feed_forward(graph, x, tensors, f"{prefix}.ffn_lst.{layer}")
        m = graph.add("Add", c, fsmn.memory(graph, c, weight, fsmn.reach(weight.shape[2], shift)))
        skip = tensors[f"{prefix}.ffn_lst.{layer}.w_1.weight"].shape[1] == weight.shape[0]
        x = graph.add("Add", m, x) if skip else m
    return x


def _pauses(graph: Graph, hidden: Value, tensors: Tensors) -> Value:
    x = hidden
    for index in (1, 2):
        weight, bias = (tensors[f"FP_predictor.w_{index}.{part}"] for part in ("weight", "bias"))
        x = graph.add("Relu", _convolution(graph, x, weight, bias))
        x = _norm(graph, x, tensors, f"FP_predictor.layer_norm{index}")
    return graph.linear(x, tensors["FP_predictor.fc.weight"], tensors["FP_predictor.fc.bias"])


def _norm(graph: Graph, x: Value, tensors: Tensors, prefix: str) -> Value:
    return graph.layer_norm(x, tensors[f"{prefix}.weight"], tensors[f"{prefix}.bias"])
