"""YAML settings, read key by key so that a missing or odd one is named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import yaml

from service.models.errors import ModelError

_SHOWN = 60  # characters of an odd value that a message repeats


def positive(value: object) -> tuple[int, ...]:
    """The whole numbers from 1 in a list; nothing if it is something else."""
    if not isinstance(value, list) or not all(type(entry) is int and entry > 0 for entry in value):
        return ()
    return tuple(value)


class Section:
    """A mapping inside a YAML file, which tells its file and place when a key is missing or odd.

    All readers raise ``ModelError`` for a key that is missing (and has no default) or odd.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, place: str, values: Mapping[object, object]) -> None:
        """Takes where the mapping stands in the file, with a dot behind it."""
        self.path = path
        self._place = place
        self._values = values

    @classmethod
    def read(cls, path: Path) -> Section:
        """Reads a whole file.

        Raises:
            ModelError: it is no YAML mapping.
        """
        try:
            values = yaml.safe_load(path.read_bytes())
        except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
            raise ModelError(f"{path} cannot be read as YAML.") from error
        if not isinstance(values, dict):
            raise ModelError(f"{path} must hold a YAML mapping.")
        return cls(path, "", values)

    def section(self, *keys: str) -> Section:
        """Gives the mapping that is reached by these keys."""
        inner = self
        for key in keys:
            value = inner.value(key)
            if not isinstance(value, dict):
                raise inner.odd(key, "a mapping")
            inner = Section(self.path, f"{inner._place}{key}.", value)
        return inner

    @property
    def keys(self) -> tuple[object, ...]:
        """All keys that are there."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Whether the key is there, with a value."""
        return self._values.get(key) is not None

    def value(self, key: str, default: object = None) -> object:
        """Gives a value of any kind."""
        value = self._values.get(key)
        value = default if value is None else value
        if value is None:
            raise ModelError(f"{self.path}: {self._place}{key} is missing.")
        return value

    def odd(self, key: str, allowed: str) -> ModelError:
        """Gives the error for a value that is none of what is allowed."""
        given = repr(self._values.get(key))
        shown = given if len(given) <= _SHOWN else given[:_SHOWN] + "…"
        return ModelError(f"{self.path}: {self._place}{key} is {shown}; it must be {allowed}.")

    def integer(self, key: str, default: int | None = None) -> int:
        """Gives a whole number."""
        value = self.value(key, default)
        if type(value) is not int:
            raise self.odd(key, "a whole number")
        return value

    def count(self, key: str) -> int:
        """Gives a whole number from 1."""
        value = self.integer(key)
        if value < 1:
            raise self.odd(key, "a whole number from 1")
        return value

    def counts(self, key: str) -> tuple[int, ...]:
        """Gives a list of whole numbers from 1, at least one."""
        self.value(key)
        counts = positive(self._values[key])
        if not counts:
            raise self.odd(key, "a list of whole numbers from 1")
        return counts

    def number(self, key: str, default: float) -> float:
        """Gives a finite number."""
        value = self.value(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.odd(key, "a number")
        return float(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """Gives true or false."""
        value = self.value(key, default)
        if not isinstance(value, bool):
            raise self.odd(key, "true or false")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Gives a text."""
        value = self.value(key, default)
        if not isinstance(value, str):
            raise self.odd(key, "text")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """Gives names: a list, or a text with commas between them."""
        value = self.value(key)
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise self.odd(key, "names with commas between them")
        return tuple(part.strip() for part in parts if part.strip())
