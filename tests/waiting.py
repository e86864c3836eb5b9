"""Waiting for what happens behind a test's back."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds; how long a slow machine may take for anything


def until(holds: Callable[[], object]) -> None:
    """Waits until ``holds()`` is true."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
