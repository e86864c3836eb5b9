"""How large the inputs of a graph's convolutions become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from service.runtime.sessions import session_of
from service.runtime.shelf import Shelf

_PEAKS = "peaks"


def input_peaks(model: bytes, pieces: Iterable[Mapping[str, NDArray[Any]]]) -> list[float]:
    """Gives the largest size of each convolution's input over all pieces, in the order of the graph.

    Args:
        model: a graph.
        pieces: its inputs, by name.
    """
    session = session_of(_with_peaks(model), Shelf())
    seen = [session(**piece)[_PEAKS] for piece in pieces]
    return [float(peak) for peak in np.max(seen, axis=0)]


def _with_peaks(model: bytes) -> bytes:
    """The graph, which gives these sizes as well."""
    watched = onnx.load_from_string(model)
    graph = watched.graph
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    for node in convolutions:
        sizes, peak = f"{node.name}.sizes", f"{node.name}.peak"
        graph.node.append(helper.make_node("Abs", [node.input[0]], [sizes]))
        graph.node.append(helper.make_node("ReduceMax", [sizes], [f"{peak}.0"], keepdims=0))
        graph.node.append(helper.make_node("Reshape", [f"{peak}.0", "one"], [peak]))
    graph.initializer.append(helper.make_tensor("one", onnx.TensorProto.INT64, [1], [1]))
    graph.node.append(
        helper.make_node("Concat", [f"{node.name}.peak" for node in convolutions], [_PEAKS], axis=0)
    )
    graph.output.append(helper.make_tensor_value_info(_PEAKS, onnx.TensorProto.FLOAT, [len(convolutions)]))
    changed: bytes = watched.SerializeToString()
    return changed
