"""What it looks like when Redis is away, and waiting until it is back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import redis
from dramatiq.errors import BrokerConnectionError

_Result = TypeVar("_Result")

AWAY: tuple[type[Exception], ...] = (
    redis.ConnectionError,  # also while it reads its data
    redis.TimeoutError,
    BrokerConnectionError,
)
"""Errors that pass by themselves."""

_PAUSE = 0.25  # seconds
_PASSING = ("OOM", "READONLY")  # it has no room left, or has just become a replica


@contextmanager
def passing() -> Iterator[None]:
    """Has a script's error that passes by itself be one of ``AWAY``: Redis wraps it in one of its own.

    Raises:
        redis.ConnectionError: in place of such an error.
    """
    try:
        yield
    except redis.ResponseError as error:
        if any(sign in str(error) for sign in _PASSING):
            raise redis.ConnectionError(str(error)) from None
        raise


def persistently(act: Callable[[], _Result], stopping: threading.Event) -> _Result:
    """Does something that needs Redis, again and again until it is there or ``stopping`` is set.

    Raises:
        Exception: one of ``AWAY``: the process is to stop, and Redis is away.
    """
    while True:
        try:
            return act()
        except AWAY:  # noqa: PERF203  which is what the loop is for
            if stopping.wait(_PAUSE):
                raise
