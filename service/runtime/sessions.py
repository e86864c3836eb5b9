"""ONNX Runtime sessions as this service runs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from service.runtime.shelf import Shelf


class Session:
    """A graph that computes in the calling thread. Safe to call from several threads at once.

    It has no threads of its own: what runs in parallel are different pieces of speech, so no barrier makes
    one wait for another, however busy the machine is.
    """

    def __init__(self, model: bytes) -> None:
        """Takes a serialised ONNX model."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # pieces differ in length, and a plan is kept for each length
        options.enable_cpu_mem_arena = False  # an arena keeps what the longest sentence took
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]
        self.shapes = {value.name: tuple(value.shape) for value in self._session.get_inputs()}

    def __call__(self, **inputs: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Runs the graph: inputs and outputs by their names."""
        return dict(zip(self._outputs, self._session.run(None, inputs), strict=True))


def session_of(model: bytes, shelf: Shelf) -> Session:
    """Gives the session of a serialised ONNX model: the same one for the same model."""
    return shelf.get(lambda: Session(model), "session", model)
