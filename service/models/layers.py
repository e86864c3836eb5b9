"""Layers sized by the tensors that a checkpoint holds for them."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

from service.models.weights import Tensors

_ModuleT = TypeVar("_ModuleT", bound=nn.Module)

_NORM_EPSILON = 1e-6


class Layers:
    """Makes the layers whose tensors lie below a prefix: sized as these are, still without numbers.

    The names that its methods take are relative to the prefix.
    """

    def __init__(self, tensors: Tensors, prefix: str = "") -> None:
        self._tensors = tensors
        self._prefix = prefix

    def __contains__(self, name: str) -> bool:
        """Tells whether anything lies below the name."""
        return any(key.startswith(f"{self._prefix}{name}.") for key in self._tensors)

    def under(self, name: str) -> Layers:
        """Gives what lies below the name."""
        return Layers(self._tensors, f"{self._prefix}{name}.")

    def numbered(self, name: str) -> dict[str, Layers]:
        """Gives what lies below ``name.0``, ``name.1`` … by number, in ascending order; gaps are fine."""
        start = f"{self._prefix}{name}."
        numbers = {key[len(start) :].split(".")[0] for key in self._tensors if key.startswith(start)}
        return {number: self.under(f"{name}.{number}") for number in sorted(numbers, key=int)}

    def shape(self, name: str) -> tuple[int, ...]:
        """Gives the shape of one tensor.

        Raises:
            ValueError: the checkpoint has no such tensor.
        """
        key = self._prefix + name
        if key not in self._tensors:
            raise ValueError(f"The checkpoint has no tensor {key}.")
        return tuple(self._tensors[key].shape)

    def linear(self, name: str) -> nn.Linear:
        """Makes a linear layer, with bias where there is one."""
        outputs, inputs = self.shape(f"{name}.weight")
        return nn.Linear(inputs, outputs, bias=self._has_bias(name), device="meta")

    def norm(self, name: str) -> nn.LayerNorm:
        """Makes a layer norm."""
        return nn.LayerNorm(self.shape(f"{name}.weight"), eps=_NORM_EPSILON, device="meta")

    def embedding(self, name: str) -> nn.Embedding:
        """Makes a table of embeddings."""
        rows, units = self.shape(f"{name}.weight")
        return nn.Embedding(rows, units, device="meta")

    def conv1d(
        self, name: str, *, groups: int = 1, padding: int = 0, stride: int = 1, dilation: int = 1
    ) -> nn.Conv1d:
        """Makes a convolution, with bias where there is one."""
        outputs, inputs, kernel = self.shape(f"{name}.weight")
        return nn.Conv1d(
            inputs * groups, outputs, kernel, stride, padding, dilation, groups,
            bias=self._has_bias(name), device="meta",
        )  # fmt: skip

    def deconv1d(self, name: str, *, stride: int, padding: int) -> nn.ConvTranspose1d:
        """Makes a transposed convolution, with bias where there is one."""
        inputs, outputs, kernel = self.shape(f"{name}.weight")
        bias = self._has_bias(name)
        return nn.ConvTranspose1d(inputs, outputs, kernel, stride, padding, bias=bias, device="meta")

    def lstm(self, name: str) -> nn.LSTM:
        """Makes an LSTM with as many layers and directions as there are tensors for."""
        units, inputs = self.shape(f"{name}.weight_ih_l0")
        keys = [key for key in self._tensors if key.startswith(f"{self._prefix}{name}.weight_ih_l")]
        reverse = any(key.endswith("_reverse") for key in keys)
        return nn.LSTM(inputs, units // 4, len(keys) // (1 + reverse), bidirectional=reverse, device="meta")

    def _has_bias(self, name: str) -> bool:
        return f"{self._prefix}{name}.bias" in self._tensors


def filled(module: _ModuleT, tensors: Tensors) -> _ModuleT:
    """Gives the module its numbers and makes it ready for inference.

    Raises:
        RuntimeError: a tensor is missing, left over or of another shape; the message names it.
    """
    state = {name: torch.tensor(values) for name, values in tensors.items()}
    module.load_state_dict(state, strict=True, assign=True)
    return module.eval().requires_grad_(False)
