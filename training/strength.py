"""How strong emotions are in the voices that are served: milder than learned, where that is clearer."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from service.models.unit import LinguisticUnit

TABLE = "emo_tokenizer.weight"
"""The name of the table of emotions in an acoustic model."""


def strengthened(table: Tensor, unit: LinguisticUnit, factors: Iterable[tuple[str, float]]) -> Tensor:
    """Gives a table of emotions in which some are so many times as far from neutral as before.

    Args:
        table: shape (rows, units).
        unit: says which row an emotion has.
        factors: of emotions by name, as a factor on a request's ``intensity`` would be.
    """
    moved, neutral = table.clone(), table[unit.emotion_id("neutral")]
    for name, factor in factors:
        row = unit.emotion_id(name)
        moved[row] = neutral + factor * (table[row] - neutral)
    return moved
