"""Files of the training folder: written whole or not at all, so that a step may be killed at any point."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


def write_bytes(path: Path, content: bytes) -> None:
    """Writes beside the target and renames: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> None:
    """Writes a text in UTF-8, whole."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: Path, content: object) -> None:
    """Writes a JSON document, whole."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1))


def read_json(path: Path) -> Any:
    """Reads a JSON document.

    Raises:
        FileNotFoundError: it has not been written.
    """
    return json.loads(path.read_text("utf-8"))


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Writes arrays by name as one npz file, whole."""
    buffer = io.BytesIO()
    np.savez(buffer, **dict(arrays))  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Reads the arrays of an npz file by name."""
    with np.load(path, allow_pickle=False) as loaded:
        return {name: loaded[name] for name in loaded.files}


def write_tensors(path: Path, document: Mapping[str, Any]) -> None:
    """Writes a checkpoint of tensors and plain values, whole."""
    buffer = io.BytesIO()
    torch.save(dict(document), buffer)
    write_bytes(path, buffer.getvalue())


def read_tensors(path: Path) -> dict[str, Any]:
    """Reads a checkpoint, onto the CPU."""
    loaded: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return loaded
