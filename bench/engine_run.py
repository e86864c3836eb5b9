"""What ``bench.engine`` runs in a process of its own, which holds what serving holds and no more."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench.child import job, say
from bench.engine_parts import contention, parts
from bench.memory import peak
from bench.speaker import Speaker
from service.runtime.engine import Engine
from service.runtime.threads import available_cores

Lines = Mapping[str, Sequence[str]]
"""Lines of symbols by their length in characters; the first of each length is for warming up."""


def main() -> None:
    """Speaks the lines of a job and says ``what, size, figure`` of each length.

    The job: ``folder`` of the export, ``threads``, ``precision``, ``lines`` by length, ``crowds`` (how many
    lines at once), ``crowd`` (the lines for that), ``rounds``; ``parts`` and ``contention`` say whether
    these are measured.
    """
    wanted = job()
    speaker, lines = Speaker(Path(wanted["folder"]), wanted["precision"]), wanted["lines"]
    with Engine(wanted["threads"]) as engine:
        _measure_lines(speaker, engine, lines)
        for size in wanted["crowds"]:
            _measure_crowd(speaker, engine, wanted["crowd"][:size], wanted["rounds"])
    if wanted["parts"]:
        _measure_parts(speaker, lines)
    if wanted["contention"]:
        length, (line, *_) = next(iter(lines.items()))
        quiet, busy = contention(speaker.networks, line, available_cores())
        say("decoder quiet", int(length), quiet)
        say("decoder busy", int(length), busy)


def _measure_lines(speaker: Speaker, engine: Engine, lines: Lines) -> None:
    for length, texts in lines.items():
        _, *measured = [speaker.speak(engine, text) for text in texts]
        say("total", int(length), median(spoken.seconds / spoken.speech for spoken in measured))
        say("first", int(length), median(spoken.first for spoken in measured))
        say("peak", int(length), peak())


def _measure_crowd(speaker: Speaker, engine: Engine, texts: Sequence[str], rounds: int) -> None:
    """How many seconds of speech a second gives when lines are spoken at once."""
    rates = []
    with ThreadPoolExecutor(len(texts)) as listeners:
        for _ in range(rounds):
            started = time.perf_counter()
            spoken = listeners.map(lambda text: speaker.speak(engine, text), texts)
            rates.append(sum(line.speech for line in spoken) / (time.perf_counter() - started))
    say("crowd", len(texts), median(rates))
    say("crowd peak", len(texts), peak())


def _measure_parts(speaker: Speaker, lines: Lines) -> None:
    """The real-time factors of both models and what the lines are like; the engine has warmed up all."""
    hop = speaker.networks.vocoder.hop
    for length, texts in lines.items():
        measured = [parts(speaker.networks, text) for text in texts[1:]]
        speech = [line.plan.frames * hop / speaker.rate for line in measured]
        for name in ("acoustic", "vocoder"):
            factors = [getattr(line, name) / s for line, s in zip(measured, speech, strict=True)]
            say(name, int(length), median(factors))
        plan = measured[-1].plan
        say("symbols", int(length), len(plan.durations))
        say("frames", int(length), plan.frames)
        say("band", int(length), plan.band)


if __name__ == "__main__":
    main()
