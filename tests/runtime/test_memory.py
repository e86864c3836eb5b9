"""Memory of a process that speaks on and on."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from bench.child import answers
from service.runtime.exported import write_exported
from tests.models import golden
from tests.runtime.voices import exported

LINES = 1000
LONGEST = 14  # symbols
BATCH = 25  # lines between two readings
WARM = 4  # readings during which it warms up
MOST_GROWTH = 0.05


def lines_of_random_lengths(voice_line: str) -> list[str]:
    """Stretches of a line that start anywhere in it and run on from its start behind its end."""
    symbols, rng = golden.line(voice_line).text.split(), np.random.default_rng(0)
    starts, lengths = rng.integers(len(symbols), size=LINES), rng.integers(2, LONGEST, size=LINES)
    return [
        " ".join(np.resize(np.roll(symbols, -start), length))
        for start, length in zip(starts, lengths, strict=True)
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux counts it")
def test_a_thousand_lines_of_random_lengths_leave_memory_flat(tmp_path: Path) -> None:
    write_exported([exported("plain_emo")], tmp_path)
    job = {
        "folder": str(tmp_path),
        "precision": "fp32",
        "threads": 2,
        "lines": lines_of_random_lengths("plain_emo__long"),
        "batch": BATCH,
        "at_once": 4,
    }
    held = [megabytes for _, megabytes in answers("bench.soak_run", job)]
    assert len(held) == LINES // BATCH
    # Readings go up and down by a few per cent as the allocator's arenas do; what leaks only goes up.
    assert median(held[-10:]) < median(held[WARM : WARM + 10]) * (1 + MOST_GROWTH)
