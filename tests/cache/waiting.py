"""Waiting for what a store does behind one's back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from service.cache.store import StoreError

Answer = TypeVar("Answer")


def eventually(ask: Callable[[], Answer | None]) -> Answer:
    """Asks until there is an answer that holds something."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            answer = ask()
        except StoreError:
            answer = None
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError("there was no answer")
