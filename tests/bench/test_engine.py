"""The engine's benchmark from end to end, on a small voice and few lines."""

from __future__ import annotations

import pytest
from rich.console import Console

from bench.engine import Scope, measured
from bench.engine_tables import Key, Report
from bench.engine_voice import BenchVoice
from service.runtime.exported import write_exported
from tests.models import golden
from tests.runtime.voices import exported

SCOPE = Scope(lengths=(3, 6), compared=(3,), threads=(1, 2), crowds=(1, 2), few=(2,))
PEAKS = {threads: {"fp32": threads * 1e11, "int8": threads * 4e11} for threads in SCOPE.threads}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder, name = tmp_path_factory.mktemp("exported"), "plain_emo"
    write_exported([exported(name)], folder)
    voice = BenchVoice(golden.voice(name), golden.ROOT / "model", folder)
    return Report(voice.weights, PEAKS, dict(measured(Console(quiet=True), SCOPE, voice)))


def table(report: Report, start: str) -> list[list[str]]:
    """The cells of the one table whose first heading starts so."""
    tables = [[row.strip("| ").split(" | ") for row in text.splitlines()] for text in report.tables()]
    (found,) = (rows for rows in tables if rows[0][0].startswith(start))
    assert all(len(row) == len(found[0]) for row in found)
    return found[2:]


def test_every_length_has_a_row_for_each_way_to_run(report: Report) -> None:
    rows = table(report, "one line")
    assert len(rows) == 2 * 2 * 2
    assert rows[0][0] == "3 characters, 1 thread, fp32"
    assert all(float(cell) > 0 for cell in rows[0][1:])


def test_models_are_timed_apart_on_one_thread_only(report: Report) -> None:
    for row in table(report, "one line"):
        assert ("–" in row) is ("2 threads" in row[0])


def test_a_multiple_of_the_floor_is_the_factor_over_what_the_peak_allows(report: Report) -> None:
    fp32, int8 = (report._floors(Key("total", 3, 1, precision)) for precision in ("fp32", "int8"))
    assert fp32[0] == int8[0]
    assert fp32[1] == pytest.approx(4 * int8[1])


def test_crowds_that_one_precision_leaves_out_have_a_dash(report: Report) -> None:
    alone, pair, held = table(report, "lines at once")
    assert [alone[0], pair[0], held[0]] == ["1", "2", "peak RSS, MB"]
    assert [cell == "–" for cell in alone[1:]] == [True, False, True, False]
    assert all(float(cell) > 0 for cell in pair[1:] + held[1:])


def test_pytorch_stands_beside_each_precision(report: Report) -> None:
    rows = table(report, "plain PyTorch")
    assert [row[0] for row in rows] == ["3 characters, 1 thread", "3 characters, 2 threads"]
    assert all(float(cell) > 0 for row in rows for cell in row[1:])


def test_the_machine_says_what_neighbours_cost(report: Report) -> None:
    rows = {row[0]: row[1:] for row in table(report, "this machine")}
    assert rows["fp32 peak, GFLOP/s"] == ["100", "200"]
    (neighbours,) = (cells for name, cells in rows.items() if name.startswith("decoder"))
    assert float(neighbours[0]) > 0
