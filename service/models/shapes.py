"""Whether a checkpoint's tensors are those of a network: which there must be, and of which shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from service.models.errors import ModelError
from service.models.weights import Tensors

_REPORTED = 5  # tensors that one message names


class ShapeCheck:
    """Goes through a network's tensors part by part, and at the end tells all that does not fit.

    A size of 0 stands for one that may be any. Sizes that hang on a missing tensor need no care: what is
    missing is told first.
    """

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._missing: dict[str, None] = {}
        self._wrong: list[str] = []
        self._seen: set[str] = set()

    def size(self, name: str, axis: int) -> int:
        """The size of a tensor along an axis; 0 if there is none."""
        if name not in self._tensors:
            self._missing[name] = None
            return 0
        shape = self._tensors[name].shape
        return shape[axis] if axis < len(shape) else 0

    def count(self, prefix: str) -> int:
        """How many parts ``prefix.0``, ``prefix.1`` … there are, one missing in between counted too."""
        start = len(prefix) + 1
        indexes = [name[start:].partition(".")[0] for name in self._tensors if name.startswith(f"{prefix}.")]
        return 1 + max((int(index) for index in indexes if index.isdigit()), default=0)

    def tensor(self, name: str, *shape: int) -> None:
        """A tensor of this shape; a size of 0 may be any."""
        self._seen.add(name)
        if name not in self._tensors:
            self._missing[name] = None
            return
        given = self._tensors[name].shape
        if len(given) != len(shape) or any(
            want not in (0, have) for want, have in zip(shape, given, strict=True)
        ):
            wanted = ", ".join(str(size) if size else "any" for size in shape)
            self._wrong.append(f"{name} has shape {given}, expected ({wanted}{',' * (len(shape) == 1)})")

    def rows(self, name: str, allowed: Sequence[int], width: int) -> None:
        """An embedding table with one of these numbers of rows."""
        rows = self.size(name, 0)
        if rows in (0, *allowed):
            self.tensor(name, rows, width)
        else:
            self._seen.add(name)
            wanted = f"{min(allowed)} to {max(allowed)}" if len(allowed) > 1 else str(allowed[0])
            self._wrong.append(f"{name} has {rows} rows, expected {wanted} for the names of its channel")

    def affine(self, prefix: str, *shape: int, bias: bool = True) -> None:
        """A linear layer or convolution, whose first size is that of its output."""
        self.tensor(f"{prefix}.weight", *shape)
        if bias:
            self.tensor(f"{prefix}.bias", shape[0])

    def norm(self, prefix: str, size: int) -> None:
        """A layer normalisation."""
        self.affine(prefix, size)

    def lstm(self, prefix: str, inputs: int, hidden: int, ends: Iterable[str]) -> None:
        """An LSTM's cells; ``ends`` is ``l0``, ``l1`` for layers, ``l0_reverse`` for a second direction."""
        for end in ends:
            width = hidden if end == "l1" else inputs
            self.tensor(f"{prefix}.weight_ih_{end}", 4 * hidden, width)
            self.tensor(f"{prefix}.weight_hh_{end}", 4 * hidden, hidden)
            self.tensor(f"{prefix}.bias_ih_{end}", 4 * hidden)
            self.tensor(f"{prefix}.bias_hh_{end}", 4 * hidden)

    def fail(self, complaint: str) -> None:
        """Something that does not fit, in words."""
        self._wrong.append(complaint)

    def finish(self, path: Path) -> tuple[str, ...]:
        """Gives the names of the tensors that no part asked for.

        Raises:
            ModelError: tensors are missing or have a wrong shape; names up to five of them.
        """
        if self._missing:
            raise ModelError(f"{path} lacks {_some(list(self._missing))}.")
        if self._wrong:
            raise ModelError(f"{path} does not fit its settings: {_some(self._wrong)}.")
        return tuple(name for name in self._tensors if name not in self._seen)


def _some(items: Sequence[str]) -> str:
    more = f" and {len(items) - _REPORTED} more" if len(items) > _REPORTED else ""
    return "; ".join(items[:_REPORTED]) + more
