"""Weights as linear.h reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_PANEL = 64  # columns of a weight panel, as in linear.h
_LINE = 64  # bytes of a line of the cache
_LARGEST = 2**15 - 1


def packed(weight: Floats, bias: Floats | None = None, *, exact: bool = True) -> Bytes:
    """A dense layer in panels of 64 columns, then its units and its bias, padded with zeros.

    Args:
        weight: shape (outputs, inputs), as PyTorch has it.
        bias: shape (outputs,), or None for zeros.
        exact: keep the weights as they are; else they become int16, each output's in units of its own.
    """
    outputs, inputs = weight.shape
    columns = -(-outputs // _PANEL) * _PANEL
    unit = np.ones(outputs, np.float32) if exact else _units(weight)
    kept = weight if exact else np.rint(weight / unit[:, None])
    panels = np.zeros((columns, inputs), np.float32 if exact else np.int16)
    panels[:outputs] = kept
    rows = np.zeros((2, columns), np.float32)
    rows[0, :outputs] = unit
    rows[1, :outputs] = 0 if bias is None else bias
    panels = panels.reshape(-1, _PANEL, inputs).transpose(0, 2, 1)
    return np.concatenate([in_bytes(panels), in_bytes(rows)])


def in_bytes(array: NDArray[Any]) -> Bytes:
    """Gives the bytes of an array's numbers, one after the other."""
    return np.frombuffer(array.tobytes(), np.uint8)


def joined(parts: Iterable[Bytes]) -> Bytes:
    """Puts parts one after the other, from the start of a cache line: loads that cross lines are slow."""
    parts = list(parts)
    room = np.empty(sum(map(len, parts)) + _LINE, np.uint8)
    start = -room.ctypes.data % _LINE
    return np.concatenate(parts, out=room[start : start + len(room) - _LINE])


def _units(weight: Floats) -> Floats:
    largest = np.abs(weight).max(axis=1)
    unit: Floats = np.where(largest > 0, largest / _LARGEST, 1).astype(np.float32)
    return unit
