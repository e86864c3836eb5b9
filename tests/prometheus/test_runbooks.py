"""Whoever is woken by an alert finds what to do."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tests import tools
from tests.prometheus.runbooks import PAGE, blocks, sections

ROOT = PAGE.parents[1]
FIELDS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]

each_section = pytest.mark.parametrize("name", sections())


def commands() -> set[str]:
    """Those of kubectl, in blocks and within sentences, without what they are piped into."""
    inline = re.findall(r"`(kubectl [^`]+)`", PAGE.read_text("utf-8"))
    lines = [line for _, line in blocks("sh") if line.startswith("kubectl ")]
    return {command.partition(" | ")[0].replace("=N", "=3") for command in (*lines, *inline)}


def test_each_alert_has_a_section_and_each_section_an_alert(
    alerts: Mapping[str, list[dict[str, Any]]],
) -> None:
    assert sorted(sections()) == sorted(alerts)


@each_section
def test_a_section_has_all_that_is_looked_for_at_night(name: str) -> None:
    parts = re.split(r"^\*\*(\w+)\.\*\*", sections()[name], flags=re.MULTILINE)[1:]
    assert parts[::2] == FIELDS
    assert all(text.strip() for text in parts[1::2])
    assert "```promql\n" in parts[2 * FIELDS.index("Diagnosis") + 1]


def test_links_lead_to_sections() -> None:
    targets = re.findall(r"\]\(#([^)]+)\)", PAGE.read_text("utf-8"))
    assert targets
    assert set(targets) <= {name.lower() for name in sections()}


def test_values_that_are_named_are_of_the_chart() -> None:
    table = (ROOT / "helm" / "qingsheng" / "README.md").read_text("utf-8")
    values = re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE)
    groups = "prometheusRule|api|worker|redis|networkPolicy"
    named = re.findall(rf"`((?:{groups})\.[A-Za-z.]+)`", PAGE.read_text("utf-8"))
    assert len(named) > 10
    for name in named:
        within = (
            value for value in values if f"{name}.".startswith(f"{value}.") or value.startswith(f"{name}.")
        )
        assert any(within), name


def test_settings_that_are_named_are_of_the_service() -> None:
    settings = (ROOT / "docs" / "operations.md").read_text("utf-8")
    named = set(re.findall(r"TTS_[A-Z_]+", PAGE.read_text("utf-8")))
    assert len(named) > 5
    assert [name for name in named if f"`{name}`" not in settings] == []


def test_shell_commands_can_be_read() -> None:
    for name, line in blocks("sh"):
        ran = subprocess.run(["sh", "-n", "-c", line], capture_output=True, text=True)
        assert ran.returncode == 0, (name, line, ran.stderr)


def test_kubectl_knows_what_it_is_asked() -> None:
    """Every command and option, though there is no cluster that could answer."""
    assert len(commands()) > 10
    nowhere = [str(tools.kubectl()), "--server=http://127.0.0.1:1"]
    for command in sorted(commands()):
        ran = subprocess.run([*nowhere, *shlex.split(command)[1:]], capture_output=True, text=True)
        assert "refused" in ran.stderr, (command, ran.stderr)
        assert "unknown" not in ran.stderr, (command, ran.stderr)
