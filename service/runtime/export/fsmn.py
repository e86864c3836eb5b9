"""Feed-forward sequential memory blocks (Zhang et al. 2018, "Deep-FSMN") as ONNX nodes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from service.runtime.export.graph import Graph, Value

Tensors = Mapping[str, NDArray[np.float32]]


def reach(filter_size: int, shift: int) -> tuple[int, int]:
    """How many rows a memory filter looks back and ahead.

    Halves are rounded to the even number, as the reference does.
    """
    half = (filter_size - 1) / 2
    return round(half) + shift, int(half) - shift


def feed_forward(graph: Graph, x: Value, tensors: Tensors, prefix: str) -> Value:
    """``w_2 relu(w_1 x)`` of one block over rows."""
    hidden = graph.linear(x, tensors[f"{prefix}.w_1.weight"][..., 0], tensors[f"{prefix}.w_1.bias"])
    return graph.linear(graph.add("Relu", hidden), tensors[f"{prefix}.w_2.weight"][..., 0])


def memory(graph: Graph, rows: Value, weight: NDArray[np.float32], pads: tuple[int, int]) -> Value:
    """The depthwise filter of one block over rows (n, channels), with zero rows put around as ``pads`` says.

    It is written as a two-dimensional convolution of height 1, for which ONNX Runtime has fast kernels.
    """
    channels, _, size = weight.shape
    x = graph.add("Transpose", rows, perm=[1, 0])
    x = graph.add("Unsqueeze", x, graph.constant([0, 2], np.int64))
    kernel = graph.constant(weight[:, :, None, :])
    x = graph.add("Conv", x, kernel, group=channels, kernel_shape=[1, size], pads=[0, pads[0], 0, pads[1]])
    x = graph.add("Squeeze", x, graph.constant([0, 2], np.int64))
    return graph.add("Transpose", x, perm=[1, 0])


def layers(tensors: Tensors, prefix: str) -> int:
    """How many blocks there are under a prefix."""
    count = 0
    while f"{prefix}.memory_block_lst.{count}.conv_dw.weight" in tensors:
        count += 1
    return count
