"""Structured logs on standard error: JSON lines, or coloured text on a terminal.

Tracebacks never show the values of variables: a text that somebody wants spoken is nobody else's business.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.processors import ExceptionRenderer, JSONRenderer, TimeStamper
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor


def get_logger() -> BoundLogger:
    """The service's logger, a part of the standard library's logging."""
    logger: BoundLogger = structlog.wrap_logger(
        logging.getLogger("qingsheng"),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=BoundLogger,
    )
    return logger


def configure_logging(level: str) -> None:
    """Sends all logs of this process, libraries' included, to standard error.

    ``level`` is ``debug``, ``info``, ``warning`` or ``error``; quieter lines are dropped.
    """
    console = sys.stderr.isatty()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                *(_for_people() if console else _for_programs()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def _for_people() -> list[Processor]:
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [TimeStamper(fmt="%H:%M:%S", utc=False), renderer]


def _for_programs() -> list[Processor]:
    return [
        TimeStamper(fmt="iso"),
        ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        JSONRenderer(ensure_ascii=False),
    ]
