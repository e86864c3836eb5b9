from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.web.caller import Caller, served

NewCaller = Callable[..., Caller]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def call() -> Iterator[NewCaller]:
    callers: list[Caller] = []

    def new(port: int, **options: Any) -> Caller:
        callers.append(Caller(port, **options))
        return callers[-1]

    yield new
    for caller in callers:
        caller.hang_up()


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with served(app) as port:
        yield port


@pytest.fixture
def caller(call: NewCaller, port: int) -> Caller:
    return call(port)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """The lines that the log has by now for requests to the route."""
    caplog.set_level(logging.INFO, "qingsheng")

    def found() -> list[dict[str, Any]]:
        said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        return [line for line in said if line.get("route") == "/tts/ws"]

    return found
