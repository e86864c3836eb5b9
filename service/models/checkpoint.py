"""Checkpoints as plain arrays: only tensors are ever loaded, and only those that speaking needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from service.models.errors import ModelError
from service.models.pickled import unpickled_arrays

Arrays = dict[str, NDArray[np.float32]]

_START = 64
_LFS_POINTER = b"version https://git-lfs"
_ZIP = b"PK"  # PyTorch's format since 1.6
_TORCH_MAGIC = bytes.fromhex("6cfc9c46f9206aa85019")  # in front of the pickles of its older format
_TRAINING_ONLY = re.compile(
    r"align_attention\."
    r"|.*\.position_enc$"  # position tables follow from their sizes
    r"|.*\.inv_timescales$"
    r"|.*\.num_batches_tracked$"
)
_RENAMED = (  # the vocoder's names in the oldest checkpoints
    (re.compile(r"^ups\.(\d+)\.(?:1\.)?deconv\."), r"transpose_upsamples.\1.1.deconv."),
    (re.compile(r"^repeat_ups\.(\d+)\."), r"repeat_upsamples.\1."),
    (re.compile(r"^resblocks\."), "conv_blocks."),
)
_NORMED = (  # gain and direction of a weight-normed convolution: PyTorch up to 1.x, and from 2.0
    (".weight_g", ".weight_v"),
    (".parametrizations.weight.original0", ".parametrizations.weight.original1"),
)


def read_tensors(path: Path, *keys: str) -> Arrays:
    """Reads a network's tensors from a checkpoint of PyTorch, of any age.

    Names are the current ones, weight norm is folded into ``.weight``, and what only training needs
    (optimizer, alignment, position tables) is left out.

    Args:
        path: the file.
        keys: where its tensors may lie, the first that is there counts: ``"model.generator", "generator"``.

    Raises:
        ModelError: the file is damaged, incomplete, no checkpoint, or holds none of the keys.
    """
    return inference_tensors(_found(_loaded(path), keys, path), path)


def inference_tensors(tensors: Mapping[str, object], path: Path) -> Arrays:
    """Gives what speaking needs of a network's tensors: current names, weight norm folded, all float32.

    Raises:
        ModelError: one of them holds no finite numbers, or half of a weight norm is missing; names ``path``.
    """
    arrays = {_current_name(name): _array(value, name, path) for name, value in tensors.items()}
    return _folded({name: value for name, value in arrays.items() if not _TRAINING_ONLY.match(name)}, path)


def _loaded(path: Path) -> object:
    start = _start(path)
    try:
        if start.startswith(_ZIP) or _TORCH_MAGIC in start:
            return torch.load(path, map_location="cpu", weights_only=True)
        return unpickled_arrays(path)
    except Exception as error:  # what a broken pickle raises depends on where it is broken
        raise ModelError(
            f"{path} cannot be read as a checkpoint: it is damaged, only partly downloaded, "
            "or holds more than tensors."
        ) from error


def _start(path: Path) -> bytes:
    """The first bytes of a file, by which its kind is known."""
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    if not start:
        raise ModelError(f"{path} is empty; download it again.")
    if start.startswith(_LFS_POINTER):
        raise ModelError(f"{path} is a pointer of Git LFS, not the checkpoint itself; run git lfs pull.")
    return start


def _found(document: object, keys: tuple[str, ...], path: Path) -> Mapping[str, object]:
    for key in keys:
        found: object = document
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping) and found:
            return found
    if (
        isinstance(document, Mapping)
        and document
        and all(hasattr(value, "shape") for value in document.values())
    ):
        return document
    raise ModelError(
        f"{path} holds no tensors under {' or '.join(keys)}; it is no checkpoint of this network."
    )


def _array(value: object, name: str, path: Path) -> NDArray[np.float32]:
    if isinstance(value, torch.Tensor):
        value = value.detach().to(torch.float32).numpy()
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        raise ModelError(f"{path}: {name} is no tensor of numbers.")
    array: NDArray[np.float32] = np.asarray(value, np.float32, order="C")
    if not np.isfinite(array).all():
        raise ModelError(f"{path}: {name} holds numbers that are not finite; the checkpoint is damaged.")
    return array


def _current_name(name: str) -> str:
    for old, new in _RENAMED:
        name = old.sub(new, name)
    return name


def _folded(arrays: Arrays, path: Path) -> Arrays:
    """The arrays with ``weight = g * v / |v|``, the norm over all axes but the first."""
    folded = dict(arrays)
    for gain_end, direction_end in _NORMED:
        for name in [name for name in arrays if name.endswith(direction_end)]:
            stem = name.removesuffix(direction_end)
            if stem + gain_end not in folded:
                raise ModelError(f"{path} lacks {stem}{gain_end}.")
            gain, direction = folded.pop(stem + gain_end), folded.pop(name)
            folded[f"{stem}.weight"] = _weight(gain, direction, f"{path}: {stem}")
    return folded


def _weight(gain: NDArray[np.float32], direction: NDArray[np.float32], where: str) -> NDArray[np.float32]:
    wide = direction.astype(np.float64)
    norm = np.sqrt((wide**2).sum(axis=tuple(range(1, wide.ndim)), keepdims=True))
    if gain.size != norm.size or not norm.all():
        raise ModelError(f"{where}.weight_g and weight_v do not fit: {gain.shape} and {direction.shape}.")
    weight: NDArray[np.float32] = (gain.reshape(norm.shape) * wide / norm).astype(np.float32)
    return weight
