"""Filled pauses: where a voice says "呃", "啊" or "嗯" on its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def with_filled_pauses(
    hidden: NDArray[np.float32], classes: NDArray[np.int64], pauses: Sequence[NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Puts each symbol's filled pause before it.

    Args:
        hidden: text encoder's output, shape (n, text units).
        classes: of each symbol, 0 to 3, shape (n,).
        pauses: text encoder's output for each of ``filled_pause_lines``, shape (3, text units).

    Returns:
        The longer hidden vectors, shape (m, text units), and for each the symbol of the line that it
        belongs to, shape (m,): a filled pause belongs to the symbol behind it.
    """
    rows: list[NDArray[np.float32]] = []
    owners: list[int] = []
    for symbol, kind in enumerate(classes.tolist()):
        piece = hidden[symbol : symbol + 1]
        piece = np.concatenate([pauses[kind - 1], piece]) if kind else piece
        rows.append(piece)
        owners += [symbol] * len(piece)
    return np.concatenate(rows), np.array(owners)
