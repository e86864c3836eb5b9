"""Plain pickles of NumPy arrays, as the oldest acoustic checkpoints are; nothing else is unpickled."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

_ALLOWED = {
    ("collections", "OrderedDict"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.numeric", "_frombuffer"),
    ("_codecs", "encode"),
}


def unpickled_arrays(path: Path) -> object:
    """Reads a pickle that holds NumPy arrays.

    Raises:
        Exception: of any kind, if the file is damaged; ``pickle.UnpicklingError`` if it asks for more.
    """
    with path.open("rb") as file:
        return _ArrayUnpickler(file, encoding="latin1").load()


class _ArrayUnpickler(pickle.Unpickler):
    """Knows only what arrays are made of, so that loading cannot run code of the file."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an array.")
        if module == "collections":
            return OrderedDict
        found: Callable[..., object] = super().find_class(module, name)
        return found
