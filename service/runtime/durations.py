"""How long each symbol lasts: the autoregressive duration predictor, and its numbers as frames."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from service.runtime.native.binding import DurationStruct, address
from service.runtime.native.packing import joined, packed

Floats = NDArray[np.float32]

_PREFIX = "variance_adaptor.duration_predictor"


class DurationPredictor:
    """Predicts log(frames + 1) of one symbol after the other, each from the one before."""

    def __init__(
        self, tensors: Mapping[str, Floats], library: ctypes.CDLL | None, lanes: int | None = None
    ) -> None:
        """Takes Sambert's tensors; without the compiled library NumPy computes, some ten times slower.

        ``lanes``: the width of vectors, as in ``MelDecoder``.
        """
        weights = _Weights(tensors)
        self._library = library
        if library is None:
            self._plain = weights
            return
        self._packed = joined(packed(*layer) for layer in weights.layers)
        widths = [weight.shape[0] for weight, _ in weights.prenet]
        prenet = (ctypes.c_int32 * 2)(*widths)
        condition = weights.cells[0][0].shape[1] - widths[1] - weights.units
        lanes = lanes or library.widest_vectors()
        self._struct = DurationStruct(address(self._packed), lanes, condition, prenet, weights.units)

    def __call__(self, conditions: Floats) -> Floats:
        """Gives log(frames + 1), not below 0, shape (n,), for conditions of shape (n, width)."""
        if self._library is None:
            return self._plain.predict(conditions)
        conditions = np.ascontiguousarray(conditions, np.float32)
        predicted = np.empty(len(conditions), np.float32)
        self._library.predict_durations(
            self._struct, address(conditions), len(conditions), address(predicted)
        )
        return predicted


class _Weights:
    def __init__(self, tensors: Mapping[str, Floats]) -> None:
        own = {name.removeprefix(f"{_PREFIX}."): t for name, t in tensors.items() if name.startswith(_PREFIX)}
        self.prenet = [(own[f"prenet.fcs.{i}.weight"], own[f"prenet.fcs.{i}.bias"]) for i in (0, 3)]
        self.cells = [
            (
                np.concatenate([own[f"lstm.weight_ih_l{layer}"], own[f"lstm.weight_hh_l{layer}"]], axis=1),
                own[f"lstm.bias_ih_l{layer}"] + own[f"lstm.bias_hh_l{layer}"],
            )
            for layer in (0, 1)
        ]
        self.output = own["fc.weight"], own["fc.bias"]
        self.layers = [*self.prenet, *self.cells, self.output]
        self.units = own["fc.weight"].shape[1]

    def predict(self, conditions: Floats) -> Floats:
        """What ``predict_durations`` of decoder.cpp does."""
        last = np.zeros(1, np.float32)
        states = [(np.zeros(self.units, np.float32), np.zeros(self.units, np.float32))] * 2
        predicted = []
        for condition in conditions:
            x = last
            for weight, bias in self.prenet:
                x = np.maximum(weight @ x + bias, 0)
            x = np.concatenate([x, condition])
            for layer, (weight, bias) in enumerate(self.cells):
                hidden, cell = states[layer]
                states[layer] = _cell(weight @ np.concatenate([x, hidden]) + bias, cell)
                x = states[layer][0]
            last = np.maximum(self.output[0] @ x + self.output[1], 0)
            predicted.append(last[0])
        return np.array(predicted, np.float32)


def _cell(sums: Floats, cell: Floats) -> tuple[Floats, Floats]:
    """One step of an LSTM from the sums of its gates (input, forget, cell, output)."""
    entry, forget, new, out = np.split(sums, 4)
    cell = _sigmoid(forget) * cell + _sigmoid(entry) * np.tanh(new)
    return _sigmoid(out) * np.tanh(cell), cell


def _sigmoid(x: Floats) -> Floats:
    share: Floats = np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * x)
    return share


def in_frames(log_durations: Floats, rate: Floats, group: int) -> tuple[NDArray[np.int64], int]:
    """Gives the whole frames of each symbol, shape (n,), and the decoder's attention band.

    Args:
        log_durations: logarithm of frames plus one at the voice's own rate, shape (n,).
        rate: factor on the rate of each symbol, shape (n,); it acts before anything is rounded.
        group: frames a decoder step; the band is the longest symbol in steps.
    """
    durations = (np.exp(log_durations) - 1) / rate
    return np.floor(durations + 0.5).astype(np.int64), int(durations.max() / group + 0.5)
