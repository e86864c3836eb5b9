"""Logs: one JSON object a line, whoever wrote it, and never the value of a variable."""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker

from service.observability.logs import configure_logging, get_logger


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    threading.excepthook = hook
    logging.captureWarnings(False)


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


def test_a_warning_and_the_end_of_a_thread_are_lines_too(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError("no voice")

    configure_logging("info")
    warnings.warn("old option", FutureWarning, stacklevel=1)
    thread = threading.Thread(target=fail, name="loader")
    thread.start()
    thread.join()
    warned, failed = lines(capsys)
    assert "old option" in str(warned["event"])
    assert (failed["event"], failed["thread"]) == ("thread_failed", "loader")
    assert "no voice" in json.dumps(failed["exception"])


def _fail_a_job(text: str) -> None:
    """A worker of Dramatiq takes a message with a text and fails at it, the text in its error."""
    broker = StubBroker()

    @dramatiq.actor(broker=broker, max_retries=0)
    def speak(job: str, words: str) -> None:
        raise ValueError(f"{job} has no sound for {words}")

    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=10)
    worker.start()
    broker.enqueue(
        dramatiq.Message("default", "speak", ("job-7",), {"words": text}, {}, message_id="message-7")
    )
    broker.join("default", fail_fast=False)
    worker.join()
    worker.stop()


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_a_job_that_fails_in_dramatiq_is_logged_without_its_text(
    capsys: pytest.CaptureFixture[str], level: str
) -> None:
    configure_logging(level)
    _fail_a_job("一个秘密")
    written = capsys.readouterr().err
    (failed,) = (line for line in map(json.loads, written.splitlines()) if "exception" in line)
    assert failed["event"] == "Failed to process message speak message-7 with unhandled exception."
    (error,) = failed["exception"]
    assert (error["exc_type"], error["exc_value"]) == ("WithheldError", "ValueError")
    assert error["frames"][-1]["name"] == "speak"
    assert "秘密" not in written
    assert "\\u79d8" not in written
    assert "job-7" not in written


def test_texts_are_logged_where_the_operator_asks_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug", log_text=True)
    _fail_a_job("一个秘密")
    received, *_ = (line for line in lines(capsys) if "Received message" in str(line["event"]))
    assert "一个秘密" in str(received["event"])


def test_records_of_other_libraries_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    try:
        raise OSError("no route")
    except OSError:
        logging.getLogger("redis").error("lost %s", "the server", exc_info=True)
    (line,) = lines(capsys)
    assert line["event"] == "lost the server"
    assert "no route" in json.dumps(line["exception"])
