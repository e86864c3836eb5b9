"""How YAML is written here."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

WIDTH = 100


def dumped(documents: Sequence[object], *, starts: bool = False) -> str:
    """YAML of some documents; ``starts`` puts a line of dashes before each of them."""
    text: str = yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, explicit_start=starts
    )
    return text


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, as charts have them, and writes longer texts as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """See the base class."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
