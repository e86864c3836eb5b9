"""The rules as the chart renders them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from helm.rules import rules
from tests import tools


@pytest.fixture(scope="session")
def rendered() -> str:
    """The file of rules, by the newer Helm."""
    return rules(tools.helm(4))


@pytest.fixture(scope="session")
def alerts(rendered: str) -> Mapping[str, list[dict[str, Any]]]:
    """The alerting rules by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for group in yaml.safe_load(rendered)["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                found.setdefault(rule["alert"], []).append(rule)
    return found
