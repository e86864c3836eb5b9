"""The vocoder in int8: static quantisation, calibrated on mels of the voice itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from service.models.line import SymbolLine
from service.runtime.export.mels import vocoder_inputs
from service.runtime.exported import ExportedVoice

_QUANTIZED = ("Conv", "LeakyRelu", "Add")


def quantized(graph: onnx.ModelProto, voice: ExportedVoice, lines: Sequence[SymbolLine]) -> onnx.ModelProto:
    """Gives the vocoder's graph with its convolutions and what lies between them in int8.

    The first and the last convolution stay in fp32: they cost little, and errors there are heard most.

    Args:
        graph: from ``vocoder_graph``, not planar.
        voice: speaks the calibration lines in fp32.
        lines: for calibration.
    """
    convolutions = [node.name for node in graph.graph.node if node.op_type == "Conv"]
    with tempfile.TemporaryDirectory(prefix="qingsheng-") as folder:
        target = Path(folder) / "int8.onnx"
        quantize_static(
            graph,
            target,
            _Mels(vocoder_inputs(voice, lines)),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(_QUANTIZED),
            nodes_to_exclude=[convolutions[0], convolutions[-1]],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(target)


class _Mels(CalibrationDataReader):  # type: ignore[misc]
    """Hands pieces of mels to the quantiser one by one."""

    def __init__(self, inputs: Iterator[dict[str, np.ndarray[Any, Any]]]) -> None:
        self._inputs = inputs

    def get_next(self) -> dict[str, np.ndarray[Any, Any]] | None:
        return next(self._inputs, None)
