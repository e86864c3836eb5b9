"""What a machine could do at best, and what a voice asks of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from operator import mul

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Shapes = Mapping[str, tuple[int, ...]]
"""Of a network's weights by their names; what has fewer than two axes takes no part in products."""

_SIDE = 1024  # rows and columns of the matrices
_TIMES = 30
_TABLES = ("_emb.weight", "_tokenizer.weight", "position_enc")  # rows are looked up
_CONVOLUTIONS = ("pitch_emb", "energy_emb")  # these are no tables, whatever their names say
_ATTENTIONS = ("slf_attn.fc.weight", "pnca_attn.fc_x.weight", "pnca_attn.fc_h.weight")


@dataclass(frozen=True, slots=True)
class Pace:
    """A line as the acoustic model meets it.

    Attributes:
        symbols, frames: how many it has.
        band: decoder steps that each step sees back and ahead.
        group: frames of a step.
        frame_rate: mel frames a second.
    """

    symbols: int
    frames: int
    band: int
    group: int
    frame_rate: float


def acoustic_macs(shapes: Shapes, pace: Pace) -> float:
    """Gives the multiply-accumulates that Sambert needs for a second of speech."""
    seconds = pace.frames / pace.frame_rate
    return sum(_acoustic_macs(name, shape, pace) for name, shape in shapes.items()) / seconds


def _acoustic_macs(name: str, shape: tuple[int, ...], pace: Pace) -> float:
    """Those of a whole line that a weight takes part in, or that the attention before it takes."""
    table = name.endswith(_TABLES) and not any(part in name for part in _CONVOLUTIONS)
    if len(shape) < 2 or table:
        return 0
    decoder = name.startswith("mel_decoder.")
    steps = -(-pace.frames // pace.group)
    rows = steps if decoder else pace.frames if name.startswith("mel_postnet.") else pace.symbols
    seen = pace.band + 1 if decoder else pace.symbols
    attention = 2 * seen * shape[1] if name.endswith(_ATTENTIONS) else 0  # scores, then the mean of values
    return rows * (prod(shape) + attention)


def vocoder_macs(shapes: Shapes, scales: tuple[int, ...], frame_rate: float) -> float:
    """Gives the multiply-accumulates that HiFi-GAN, as it is written, needs for a second of speech.

    Args:
        shapes: of its weights.
        scales: upsampling factor of each stage.
        frame_rate: mel frames a second.
    """
    rates = list(accumulate(scales, mul, initial=frame_rate))
    blocks = len({name.split(".")[1] for name in shapes if name.startswith("conv_blocks.")}) // len(scales)
    return sum(prod(shape) * _rate(name, rates, blocks) for name, shape in shapes.items() if len(shape) > 1)


def _rate(name: str, rates: list[float], blocks: int) -> float:
    """How often a second a weight is used: ``rates`` before the first stage and behind each."""
    match name.split("."):
        case ["conv_pre", *_]:
            return rates[0]
        case ["transpose_upsamples", stage, *_]:
            return rates[int(stage)]
        case ["repeat_upsamples" | "source_downs", stage, *_]:
            return rates[int(stage) + 1]
        case ["conv_blocks", block, *_]:
            return rates[int(block) // blocks + 1]
    return rates[-1]


def floor(macs: float, peak: float) -> float:
    """Gives the real-time factor below which nothing can be computed.

    Args:
        macs: multiply-accumulates for a second of speech.
        peak: operations a second, two for each multiply-accumulate.
    """
    return 2 * macs / peak


def peaks(threads: int) -> dict[str, float]:
    """Gives the most operations a second that ONNX Runtime reaches, in ``"fp32"`` and in ``"int8"``.

    They are those of a product of two square matrices, in int8 of unsigned by signed numbers.
    """
    return {precision: _peak(precision, threads) for precision in ("fp32", "int8")}


def _peak(precision: str, threads: int) -> float:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    left, model = _product(precision)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return 2 * _SIDE**3 / min(_seconds(session, left))


def _seconds(session: onnxruntime.InferenceSession, left: NDArray[np.generic]) -> Iterator[float]:
    for _ in range(_TIMES):
        started = time.perf_counter()
        session.run(None, {"left": left})
        yield time.perf_counter() - started


def _product(precision: str) -> tuple[NDArray[np.generic], bytes]:
    """A left matrix, and a graph that multiplies it by a constant one."""
    rng, size = np.random.default_rng(0), (_SIDE, _SIDE)
    left: NDArray[np.generic] = rng.standard_normal(size, np.float32)
    right: NDArray[np.generic] = rng.standard_normal(size, np.float32)
    operator, kinds = "MatMul", (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT)
    if precision == "int8":
        left, right = rng.integers(0, 255, size, np.uint8), rng.integers(-127, 127, size, np.int8)
        operator, kinds = "MatMulInteger", (onnx.TensorProto.UINT8, onnx.TensorProto.INT32)
    graph = helper.make_graph(
        [helper.make_node(operator, ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", kinds[0], size)],
        [helper.make_tensor_value_info("product", kinds[1], size)],
        [numpy_helper.from_array(right, "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return left, model.SerializeToString()
