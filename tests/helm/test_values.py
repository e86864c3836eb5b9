"""The chart's values have one source, and what follows from it is up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml

from helm.values.__main__ import files
from helm.values.settings import service_settings
from service.settings import Settings
from tests.helm.rendering import CASES, CHART, ROOT


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    return loaded


def groups(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the schema whose names are known."""
    if "properties" in node:
        yield path, node
        for name, below in node["properties"].items():
            yield from groups(below, f"{path}.{name}")


@pytest.mark.parametrize("name", sorted(files()))
def test_what_is_written_from_the_values_is_up_to_date(name: str) -> None:
    assert (CHART / name).read_text("utf-8") == files()[name], "run make chart"


def test_unknown_names_are_refused_everywhere() -> None:
    found = dict(groups(schema()))
    assert len(found) > 30
    assert [path for path, group in found.items() if group["additionalProperties"] is not False] == []


def test_every_value_is_described() -> None:
    described = [
        (f"{path}.{name}", about.get("description"))
        for path, group in groups(schema())
        for name, about in group["properties"].items()
    ]
    assert len(described) > 200
    assert [path for path, description in described if not description] == []


@pytest.mark.parametrize("case", ["default", *CASES])
def test_values_are_as_the_schema_says(case: str) -> None:
    file = CHART / "values.yaml" if case == "default" else CASES[case]
    jsonschema_rs.validator_for(schema()).validate(yaml.safe_load(file.read_text("utf-8")))


def test_each_setting_of_the_service_is_a_setting_here_or_has_a_value_of_its_own() -> None:
    missing = {f"TTS_{name.upper()}" for name in Settings.model_fields} - set(service_settings())
    assert missing == {
        "TTS_PORT",
        "TTS_CACHE_DIR",
        "TTS_WEBUI_PORT",
        "TTS_MODEL",
        "TTS_MODEL_REVISION",
        "TTS_LEXICON",
        "TTS_CACHE_URL",
        "TTS_JOBS_URL",
        "TTS_API_KEYS",
        "TTS_CALLBACK_SECRET",
    }


def test_no_setting_that_holds_a_secret_goes_into_a_config_map() -> None:
    secret = [name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)]
    assert secret == ["callback_secret"]
    assert {f"TTS_{name.upper()}" for name in [*secret, "api_keys", "cache_url", "jobs_url"]}.isdisjoint(
        service_settings()
    )


def test_the_chart_has_the_version_of_the_package() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    version = f'version = "{chart["version"]}"'
    assert version in (ROOT / "pyproject.toml").read_text("utf-8")
    assert chart["appVersion"] == chart["version"]
