"""Logs: one JSON object a line, whoever wrote it, and never the value of a variable."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from service.observability.logs import configure_logging, get_logger


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_holds_the_event_its_level_its_time_and_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    get_logger().info("request", voice="小北", total_ms=1.5)
    (line,) = lines(capsys)
    assert line.pop("timestamp")
    assert line == {"event": "request", "level": "info", "voice": "小北", "total_ms": 1.5}


def test_libraries_log_in_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    logging.getLogger("gunicorn.error").warning("worker %s is slow", 7)
    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("worker 7 is slow", "warning")


def test_what_is_quieter_than_the_level_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning")
    get_logger().info("quiet")
    get_logger().warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_a_traceback_shows_where_but_not_the_values(capsys: pytest.CaptureFixture[str]) -> None:
    def speak(text: str) -> None:
        raise RuntimeError("no voice")

    configure_logging("info")
    try:
        speak("一个" + "秘密")
    except RuntimeError as error:
        get_logger().error("unexpected_error", exc_info=error)
    written = capsys.readouterr().err
    (line,) = (json.loads(line) for line in written.splitlines())
    assert "speak" in json.dumps(line["exception"])
    assert "no voice" in json.dumps(line["exception"])
    assert "一个秘密" not in written
