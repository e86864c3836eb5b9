"""What ``bench.quality`` measures when it is told more or less."""

from __future__ import annotations

import pytest

from bench.quality import LISTS, Condition, plan
from bench.studio import texts
from bench.table import markdown

VOICES = {"anna": ("neutral", "happy"), "bert": ("neutral", "sad")}


@pytest.mark.parametrize(
    ("wanted", "emotions", "conditions"),
    [
        pytest.param(
            [], [], [("anna", "neutral"), ("anna", "happy"), ("bert", "neutral")], id="nothing is named"
        ),
        pytest.param(["bert"], [], [("bert", "neutral"), ("bert", "sad")], id="a voice"),
        pytest.param([], ["neutral"], [("anna", "neutral"), ("bert", "neutral")], id="an emotion"),
        pytest.param(["anna"], ["happy"], [("anna", "happy")], id="both"),
    ],
)
def test_plan(wanted: list[str], emotions: list[str], conditions: list[tuple[str, str]]) -> None:
    assert plan(VOICES, wanted, emotions) == [Condition(*condition) for condition in conditions]


def test_lists_are_as_long_and_share_no_text() -> None:
    lists = [texts(name) for name in LISTS]

    assert [len(found) for found in lists] == [40, 40]
    assert len({text for found in lists for text in found}) == 80


def test_table() -> None:
    assert (
        markdown(("voice", "SER"), [("anna", "1.0%")]) == "| voice | SER |\n| --- | ---: |\n| anna | 1.0% |"
    )
