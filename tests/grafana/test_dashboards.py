"""What holds for all dashboards."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import tools
from tests.grafana.dashboards import FOLDER, Panel, boards, panels

COLUMNS = 24
VARIABLES = ["datasource", "namespace", "release"]
MOST_BYTES = 1_000_000  # that a ConfigMap may hold

each_board = pytest.mark.parametrize("board", boards().values(), ids=list(boards()))
each_panel = pytest.mark.parametrize("panel", panels(), ids=str)

Board = dict[str, Any]


def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
    """Where it lies: columns and lines."""
    place = panel["gridPos"]
    columns = range(place["x"], place["x"] + place["w"])
    return {(x, y) for x in columns for y in range(place["y"], place["y"] + place["h"])}


@pytest.mark.skipif(find_spec("grafana_foundation_sdk") is None, reason="it needs Python 3.11")
def test_they_are_as_the_code_makes_them() -> None:
    program = "import json; from grafana.__main__ import files; print(json.dumps(files()))"
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    kept = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.json")}
    assert kept == json.loads(made.stdout), "`make dashboards` writes them anew"


def test_each_has_a_name_and_an_address_of_its_own() -> None:
    uids = [board["uid"] for board in boards().values()]
    assert sorted(uids) == [f"qingsheng-{name}" for name in ("cache-jobs", "overview", "resources", "slo")]
    assert len({board["title"] for board in boards().values()}) == len(uids)


@each_board
def test_it_leads_to_the_others_with_what_was_chosen(board: Board) -> None:
    (link,) = board["links"]
    assert (link["type"], link["includeVars"], link["keepTime"]) == ("dashboards", True, True)
    assert link["tags"] == board["tags"] == ["qingsheng"]
    names = [variable["name"] for variable in board["templating"]["list"]]
    assert names[: len(VARIABLES)] == VARIABLES


@each_board
def test_nothing_overlaps_and_all_lies_within_the_columns(board: Board) -> None:
    for first, second in combinations(board["panels"], 2):
        assert not cells(first) & cells(second), (first["title"], second["title"])
    assert all(0 <= x < COLUMNS for panel in board["panels"] for x, _ in cells(panel))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


@each_board
def test_rows_have_no_gaps(board: Board) -> None:
    taken = set().union(*map(cells, board["panels"]))
    lines = sorted({y for _, y in taken})
    assert lines == list(range(len(lines)))
    assert len(taken) == COLUMNS * len(lines)


@each_board
def test_panels_lie_in_the_order_in_which_they_are_read(board: Board) -> None:
    places = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in board["panels"]]
    assert all(before < after for before, after in pairwise(places))


@each_panel
def test_a_panel_says_what_it_shows_and_in_which_unit(panel: Panel) -> None:
    content = panel.content
    assert content["description"].endswith(".")
    assert content["description"] != content["title"]
    assert content["fieldConfig"]["defaults"]["unit"]
    steps = content["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps[0]["value"] is None
    assert content["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    targets = content["targets"]
    assert len({target["refId"] for target in targets}) == len(targets)
    assert all(target["datasource"] == content["datasource"] for target in targets)


@each_panel
def test_a_panel_asks_about_the_release_alone_and_by_the_scrape_interval(panel: Panel) -> None:
    for expression in panel.expressions:
        selectors = expression.replace("${release}", "").count("{")
        assert selectors == expression.count('namespace="$namespace"') > 0
        assert "rate(" not in expression or "$__rate_interval" in expression or "slo_" in expression


def rendered(*options: str) -> list[dict[str, Any]]:
    """The objects of the chart's template for them."""
    template = ["--show-only", "templates/dashboards.yaml", "--set", "dashboards.enabled=true"]
    command: list[str | Path] = [tools.helm(4), "template", "night", FOLDER.parent, *template, *options]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(ran.stdout))


def test_the_chart_brings_each_in_a_config_map_for_grafanas_sidecar() -> None:
    found = rendered()
    assert {one["metadata"]["name"] for one in found} == {
        f"night-qingsheng-dashboard-{name}" for name in boards()
    }
    for one in found:
        assert one["kind"] == "ConfigMap"
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert one["metadata"]["annotations"]["grafana_folder"] == "Qingsheng"
        ((file, text),) = one["data"].items()
        assert json.loads(text) == boards()[file.removeprefix("night-qingsheng-").removesuffix(".json")]
        assert len(text.encode()) < MOST_BYTES


def test_the_sidecars_label_and_folder_are_values() -> None:
    for one in rendered(
        "--set-json", 'dashboards.labels={"team":"speech"},dashboards.annotations={"folder":"TTS"}'
    ):
        assert one["metadata"]["labels"]["team"] == "speech"
        assert one["metadata"]["annotations"]["folder"] == "TTS"
