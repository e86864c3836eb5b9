from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from service.runtime.export.graph import Graph
from service.runtime.sessions import Session

Floats = NDArray[np.float32]


def numbers(*shape: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def run(graph: Graph, **inputs: NDArray[np.generic]) -> dict[str, Floats]:
    return Session(graph.model().SerializeToString())(**inputs)


def test_a_linear_layer_multiplies_by_the_transposed_weight_and_adds_the_bias() -> None:
    weight, bias, x = numbers(3, 5), numbers(3, seed=1), numbers(4, 5, seed=2)
    graph = Graph("linear")
    rows = graph.input("x", ["n", 5])
    graph.output("with_bias", graph.linear(rows, weight, bias), 2)
    graph.output("without", graph.linear(rows, weight), 2)
    given = run(graph, x=x)
    np.testing.assert_allclose(given["with_bias"], x @ weight.T + bias, rtol=0, atol=1e-5)
    np.testing.assert_allclose(given["without"], x @ weight.T, rtol=0, atol=1e-5)


def test_a_weight_that_float16_holds_takes_half_the_room_and_computes_the_same() -> None:
    x, rounded = numbers(4, 64), numbers(64, 64, seed=1).astype(np.float16).astype(np.float32)
    sizes, results = [], []
    for weight in (rounded, np.nextafter(rounded, np.float32(9))):
        graph = Graph("linear")
        graph.output("y", graph.linear(graph.input("x", ["n", 64]), weight), 2)
        sizes.append(len(graph.model().SerializeToString()))
        results.append(run(graph, x=x)["y"])
    assert sizes[1] - sizes[0] > rounded.nbytes / 2 - 200
    np.testing.assert_allclose(results[0], x @ rounded.T, rtol=0, atol=1e-5)
    np.testing.assert_allclose(results[1], x @ rounded.T, rtol=0, atol=1e-4)


def test_a_layer_norm_is_pytorchs_over_the_last_axis() -> None:
    gain, bias, x = numbers(6), numbers(6, seed=1), numbers(4, 6, seed=2)
    graph = Graph("norm")
    graph.output("y", graph.layer_norm(graph.input("x", ["n", 6]), gain, bias), 2)
    tensors = map(torch.tensor, (x, gain, bias))
    rows, scale, shift = tensors
    expected = torch.nn.functional.layer_norm(rows, (6,), scale, shift, eps=1e-6)
    np.testing.assert_allclose(run(graph, x=x)["y"], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("start", "end"), [(0, 2), (1, -1), (-2, 100), (3, 3)])
def test_a_slice_counts_from_the_front_and_from_the_back(start: int, end: int) -> None:
    x = numbers(5, 4)
    graph = Graph("slice")
    value = graph.input("x", ["n", 4])
    graph.output("rows", graph.slice(value, start, end, 0), 2)
    graph.output("columns", graph.slice(value, start, end, 1), 2)
    given = run(graph, x=x)
    np.testing.assert_array_equal(given["rows"], x[start:end])
    np.testing.assert_array_equal(given["columns"], x[:, start:end])


def test_a_slice_takes_bounds_that_the_graph_computes() -> None:
    x = numbers(5, 4)
    graph = Graph("slice")
    value, bound = graph.input("x", ["n", 4]), graph.input("bound", [1], np.int64)
    graph.output("y", graph.slice(value, bound, graph.add("Add", bound, bound), 0), 2)
    np.testing.assert_array_equal(run(graph, x=x, bound=np.array([2]))["y"], x[2:4])


def test_reshape_keeps_a_size_for_0_and_takes_what_is_left_for_minus_1() -> None:
    x = numbers(4, 6)
    graph = Graph("reshape")
    graph.output("y", graph.reshape(graph.input("x", ["n", 6]), [0, 2, -1]), 3)
    np.testing.assert_array_equal(run(graph, x=x)["y"], x.reshape(4, 2, 3))


@pytest.mark.parametrize("both_ways", [False, True])
def test_an_lstm_is_pytorchs(both_ways: bool) -> None:
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(5, 3, bidirectional=both_ways).requires_grad_(False)
    tensors = {name: np.asarray(values) for name, values in lstm.state_dict().items()}
    graph = Graph("lstm")
    y, _, _ = graph.lstm(graph.input("x", ["n", 5]), tensors)
    graph.output("y", y, 2)
    x = numbers(7, 5)
    expected, _ = lstm(torch.tensor(x))
    np.testing.assert_allclose(run(graph, x=x)["y"], expected, rtol=0, atol=1e-6)


def test_an_lstm_goes_on_from_the_state_that_it_left() -> None:
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(5, 3).requires_grad_(False)
    tensors = {name: np.asarray(values) for name, values in lstm.state_dict().items()}
    graph = Graph("lstm")
    state = graph.input("hidden", [1, 1, 3]), graph.input("cell", [1, 1, 3])
    for name, value, rank in zip(
        ("y", "new_hidden", "new_cell"),
        graph.lstm(graph.input("x", ["n", 5]), tensors, state),
        (2, 3, 3),
        strict=True,
    ):
        graph.output(name, value, rank)
    session, x, zero = (
        Session(graph.model().SerializeToString()),
        numbers(7, 5),
        np.zeros((1, 1, 3), np.float32),
    )
    first = session(x=x[:3], hidden=zero, cell=zero)
    second = session(x=x[3:], hidden=first["new_hidden"], cell=first["new_cell"])
    expected, _ = lstm(torch.tensor(x))
    np.testing.assert_allclose(np.concatenate([first["y"], second["y"]]), expected, rtol=0, atol=1e-6)


def test_a_node_may_have_several_outputs() -> None:
    x = numbers(4, 6)
    graph = Graph("split")
    left, right = graph.add_many("Split", (graph.input("x", ["n", 6]),), 2, axis=1)
    graph.output("left", left, 2)
    graph.output("right", right, 2)
    given = run(graph, x=x)
    np.testing.assert_array_equal(given["left"], x[:, :3])
    np.testing.assert_array_equal(given["right"], x[:, 3:])


def test_every_value_has_a_name_of_its_own() -> None:
    graph = Graph("names")
    values = [graph.constant(np.float32(1)), graph.constant(np.float32(1))]
    values += [graph.add("Add", *values), graph.add("Add", *values)]
    assert len(set(values)) == 4


def test_inputs_and_outputs_bear_the_names_sizes_and_types_that_were_declared() -> None:
    graph = Graph("declared")
    ids = graph.input("ids", [2, "n"], np.int64)
    graph.output("y", graph.add("Gather", graph.constant(numbers(3, 4)), ids, axis=0), 3)
    model = graph.model()
    (given,) = model.graph.input
    assert given.name == "ids"
    assert given.type.tensor_type.elem_type == onnx.TensorProto.INT64
    assert [size.dim_value or size.dim_param for size in given.type.tensor_type.shape.dim] == [2, "n"]
    assert [value.name for value in model.graph.output] == ["y"]


def test_a_graph_that_reads_what_nobody_gives_is_refused() -> None:
    graph = Graph("broken")
    graph.output("y", graph.add("Relu", "nowhere"), 1)
    with pytest.raises(onnx.checker.ValidationError, match="nowhere"):
        graph.model()
