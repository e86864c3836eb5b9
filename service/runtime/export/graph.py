"""Writes ONNX graphs node by node, so that each network has just the nodes that run it fastest."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import helper, numpy_helper

from service.runtime.exported import compact

_OPSET = 17  # the first with LayerNormalization
_IR_VERSION = 9
_LARGE = 1024  # numbers of a constant
_LSTM_GATES = (0, 3, 1, 2)  # PyTorch has input, forget, cell, output; ONNX input, output, forget, cell

Value = str
"""The name of a tensor in the graph."""


class Graph:
    """A graph under construction. Methods add nodes and give the names of what these compute."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._made = 0

    def input(self, name: str, shape: list[int | str | None], dtype: type[np.generic] = np.float32) -> Value:
        """Declares an input; strings in the shape name sizes that vary."""
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, value: Value, rank: int) -> None:
        """Declares ``value``, of that rank, as an output."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        shape = [None] * rank
        self._outputs.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape))

    def constant(self, array: ArrayLike, dtype: type[np.generic] | None = None) -> Value:
        """Adds a constant; a large one takes half the room in the file where that loses nothing."""
        name, value = self._fresh("constant"), np.asarray(array, dtype, order="C")
        if value.dtype == np.float32 and value.size >= _LARGE:
            value = compact(value)
        self._constants.append(numpy_helper.from_array(value, name))
        return self.add("Cast", name, to=onnx.TensorProto.FLOAT) if value.dtype == np.float16 else name

    def add(self, operator: str, *inputs: Value, **attributes: Any) -> Value:
        """Adds a node with one output."""
        return self.add_many(operator, inputs, 1, **attributes)[0]

    def add_many(
        self, operator: str, inputs: tuple[Value, ...], count: int, **attributes: Any
    ) -> list[Value]:
        """Adds a node with ``count`` outputs."""
        name = self._fresh(operator)
        outputs = [f"{name}.{index}" for index in range(count)]
        self._nodes.append(helper.make_node(operator, list(inputs), outputs, name, **attributes))
        return outputs

    def linear(self, x: Value, weight: NDArray[np.float32], bias: NDArray[np.float32] | None = None) -> Value:
        """``x W^T + b`` for rows x (n, inputs) and W (outputs, inputs)."""
        product = self.add("MatMul", x, self.constant(weight.T))
        return product if bias is None else self.add("Add", product, self.constant(bias))

    def layer_norm(self, x: Value, gain: NDArray[np.float32], bias: NDArray[np.float32]) -> Value:
        """Layer normalisation over the last axis."""
        return self.add(
            "LayerNormalization", x, self.constant(gain), self.constant(bias), axis=-1, epsilon=1e-6
        )

    def slice(self, x: Value, start: Value | int, end: Value | int, axis: int) -> Value:
        """The rows from ``start`` up to ``end`` along an axis; negative ones count from the back."""
        bounds = (self._index(start), self._index(end), self.constant([axis], np.int64))
        return self.add("Slice", x, *bounds)

    def reshape(self, x: Value, shape: list[int]) -> Value:
        """The same numbers in another shape; 0 keeps a size, -1 is what is left."""
        return self.add("Reshape", x, self.constant(shape, np.int64))

    def lstm(
        self, x: Value, tensors: dict[str, NDArray[np.float32]], state: tuple[Value, Value] | None = None
    ) -> tuple[Value, Value, Value]:
        """An LSTM layer over rows (n, inputs).

        Args:
            x: the rows.
            tensors: PyTorch's ``weight_ih_l0``, ``weight_hh_l0``, ``bias_ih_l0``, ``bias_hh_l0``, and these
                with ``_reverse`` for a bidirectional one.
            state: hidden and cell, each (directions, 1, units), or None for zeros.

        Returns:
            The rows (n, directions * units), then the new hidden and cell state.
        """
        ends = ["", "_reverse"] if "weight_ih_l0_reverse" in tensors else [""]
        units = tensors["weight_hh_l0"].shape[1]
        inputs = [
            self.constant(np.stack([_gates(tensors[f"{name}_l0{end}"]) for end in ends]))
            for name in ("weight_ih", "weight_hh")
        ]
        bias = [
            np.concatenate([_gates(tensors[f"{name}_l0{end}"]) for name in ("bias_ih", "bias_hh")])
            for end in ends
        ]
        rows = self.add("Unsqueeze", x, self.constant([1], np.int64))
        y, hidden, cell = self.add_many(
            "LSTM",
            (rows, *inputs, self.constant(np.stack(bias)), "", *(state or ("", ""))),
            3,
            hidden_size=units,
            direction="bidirectional" if len(ends) == 2 else "forward",
        )
        y = self.add("Transpose", y, perm=[0, 2, 1, 3])
        return self.reshape(y, [-1, len(ends) * units]), hidden, cell

    def model(self) -> onnx.ModelProto:
        """The finished model, checked."""
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._constants)
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model

    def _fresh(self, stem: str) -> str:
        self._made += 1
        return f"{stem}_{self._made}"

    def _index(self, bound: Value | int) -> Value:
        return self.constant([bound], np.int64) if isinstance(bound, int) else bound


def _gates(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    """Reorders the four blocks of gate rows."""
    blocks = np.split(tensor, 4)
    return np.concatenate([blocks[index] for index in _LSTM_GATES])
