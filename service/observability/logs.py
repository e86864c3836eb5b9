"""Structured logs on standard error: JSON lines, or coloured text on a terminal.

Tracebacks never show the values of variables, and what Dramatiq logs of its messages never their arguments:
a text that somebody wants spoken is nobody else's business.
"""

from __future__ import annotations

import logging
import os
import sys
import threading

import structlog
from structlog.processors import ExceptionRenderer, JSONRenderer, TimeStamper
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

_DRAMATIQ = f"{os.sep}dramatiq{os.sep}"


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


def configure_logging(level: str, log_text: bool = False) -> None:
    """Sends all logs of this process, libraries' included, to standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``; quieter lines are dropped.
        log_text: whether texts may be logged.
    """
    console = sys.stderr.isatty()
    handler = logging.StreamHandler(sys.stderr)
    if not log_text:
        handler.addFilter(_without_texts)
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
    logging.captureWarnings(True)
    threading.excepthook = _thread_failed


class WithheldError(Exception):
    """Stands in a log for an error whose own message may quote a text."""


def _without_texts(record: logging.LogRecord) -> bool:
    """Takes out of Dramatiq's records what its messages carry; the record is otherwise shown as it is."""
    if _DRAMATIQ not in record.pathname:  # some of its loggers have the names of our own modules
        return True
    if isinstance(record.args, tuple):
        record.args = tuple(_named(argument) for argument in record.args)
    if record.exc_info and record.exc_info[1]:
        _, error, where = record.exc_info
        record.exc_info = (WithheldError, WithheldError(type(error).__name__), where)
        record.exc_text = None
    return True


def _named(argument: object) -> object:
    """A message by its actor and id; what may be arguments of one not at all."""
    if hasattr(argument, "message_id"):
        return f"{getattr(argument, 'actor_name', 'message')} {argument.message_id}"
    return "…" if isinstance(argument, (tuple, dict)) else argument


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    """An error that ends a thread is a line like any other."""
    if failure.exc_value is None or failure.exc_type is SystemExit:
        return
    name = failure.thread.name if failure.thread else None
    get_logger().error("thread_failed", thread=name, exc_info=failure.exc_value)


def _for_people() -> list[Processor]:
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [TimeStamper(fmt="%H:%M:%S", utc=False), renderer]


def _for_programs() -> list[Processor]:
    return [
        TimeStamper(fmt="iso"),
        ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        JSONRenderer(ensure_ascii=False),
    ]
