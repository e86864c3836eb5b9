"""The parts of an exported voice one by one, on the calling thread."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.models.line import SymbolLine
from service.runtime.acoustic import Plan
from service.runtime.networks import Networks

Floats = NDArray[np.float32]

_STEPS = 16  # decoder steps at a time, as the engine takes them
_REFINED = 128  # frames that the postnet is given at a time
_PIECE = 192  # frames that the vocoder speaks at a time
_TIMES = 15  # that the decoder is timed, with and without neighbours
_SPIN = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"


class Parts(NamedTuple):
    """A line in parts: seconds in the acoustic model and in the vocoder, and what the line is like."""

    acoustic: float
    vocoder: float
    plan: Plan


def parts(networks: Networks, text: str) -> Parts:
    """Speaks a line of symbols, one network after the other."""
    started = time.perf_counter()
    plan = networks.acoustic.plan(SymbolLine.plain(text))
    mel = _refined(networks, plan, _decoded(networks, plan))
    between = time.perf_counter()
    _voiced(networks, plan, mel)
    return Parts(between - started, time.perf_counter() - between, plan)


def contention(networks: Networks, text: str, neighbours: int) -> tuple[float, float]:
    """Gives the decoder's seconds for a line of symbols, alone and beside busy processes."""
    plan = networks.acoustic.plan(SymbolLine.plain(text))
    quiet = _decoder_seconds(networks, plan)
    with _spinning(neighbours):
        return quiet, _decoder_seconds(networks, plan)


def _decoded(networks: Networks, plan: Plan) -> Floats:
    decoding = networks.decoder.start(plan.memory, plan.band)
    while decoding.step < decoding.steps:
        networks.decoder.advance([decoding], _STEPS)
    return decoding.frames[: plan.frames]


def _refined(networks: Networks, plan: Plan, frames: Floats) -> Floats:
    stream = networks.postnet.start(plan.frames)
    pushed = [stream.push(frames[start : start + _REFINED]) for start in range(0, plan.frames, _REFINED)]
    return np.concatenate(pushed)


def _voiced(networks: Networks, plan: Plan, mel: Floats) -> None:
    stream = networks.vocoder.start(plan.frames)
    stream.push(mel, plan.f0_factor)
    for start in range(0, plan.frames, _PIECE):
        stream.speak(min(_PIECE, plan.frames - start))


def _decoder_seconds(networks: Networks, plan: Plan) -> float:
    seconds = []
    for _ in range(_TIMES + 1):
        started = time.perf_counter()
        _decoded(networks, plan)
        seconds.append(time.perf_counter() - started)
    return median(seconds[1:])


@contextmanager
def _spinning(count: int) -> Iterator[None]:
    """Keeps processes busy meanwhile; they end by themselves should this one not come to it."""
    with ExitStack() as ending:
        for _ in range(count):
            process = subprocess.Popen([sys.executable, "-c", _SPIN])
            ending.callback(process.wait)
            ending.callback(process.kill)
        time.sleep(0.5)  # until all have started
        yield
