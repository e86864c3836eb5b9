"""Goes through a model of values, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helm.values.base import Values


@dataclass(frozen=True)
class Entry:
    """A value of the chart.

    Attributes:
        path: the names that lead to it.
        description: what it is for.
        default: as written to YAML; None for a group.
        group: whether it has values below it.
    """

    path: tuple[str, ...]
    description: str
    default: Any
    group: bool


def entries(values: Values, above: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Every group and value, in the order of the model, groups before what is in them."""
    for name, field in type(values).model_fields.items():
        path = (*above, field.alias or name)
        value = getattr(values, name)
        group = isinstance(value, Values)
        yield Entry(path, field.description or "", None if group else value, group)
        if group:
            yield from entries(value, path)
