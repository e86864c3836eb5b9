"""``values.yaml``: the defaults, each with its description in front."""

from __future__ import annotations

import textwrap
from itertools import chain

from helm.values.base import Values
from helm.values.settings import service_settings
from helm.writing.dumping import WIDTH, dumped
from helm.writing.walking import Entry, entries

_HEAD = "# Values of the chart. `make chart` writes this file from helm/values; change it there.\n"


def values_yaml(values: Values) -> str:
    """The text of the file."""
    return _HEAD + "".join(_written(entry) for entry in entries(values))


def _written(entry: Entry) -> str:
    indent = "  " * (len(entry.path) - 1)
    lines = [*_comment(entry.description), *_value(entry)]
    if entry.path == ("settings",):
        lines += _settings()
    return ("\n" if len(entry.path) == 1 else "") + textwrap.indent("\n".join(lines), indent) + "\n"


def _settings() -> list[str]:
    """What may be set, in the place where it would be."""
    known = service_settings().items()
    lines = [_comment(f"{name}: {about['description']}", "#   ") for name, about in known]
    return [f"  {line}" for line in chain.from_iterable(lines)]


def _comment(text: str, subsequent: str = "# ") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, break_on_hyphens=False, initial_indent="# ", subsequent_indent=subsequent
    )


def _value(entry: Entry) -> list[str]:
    if entry.group:
        return [f"{entry.path[-1]}:"]
    return dumped([{entry.path[-1]: entry.default}]).splitlines()
