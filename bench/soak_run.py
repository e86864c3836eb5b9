"""What ``bench.soak`` runs in a process of its own: many lines, several at once, and the memory they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.child import job, say
from bench.memory import resident
from bench.speaker import Speaker
from service.runtime.engine import Engine


def main() -> None:
    """Speaks the lines of a job and says ``lines so far, RSS in MB`` behind each batch.

    The job: ``folder`` of the export, ``precision``, ``threads``, ``lines``, ``batch`` (lines between two
    readings), ``at_once`` (lines that are spoken at a time).
    """
    wanted = job()
    speaker = Speaker(Path(wanted["folder"]), wanted["precision"])
    with Engine(wanted["threads"]) as engine, ThreadPoolExecutor(wanted["at_once"]) as listeners:
        spoken = 0
        for batch in _batches(wanted["lines"], wanted["batch"]):
            list(listeners.map(lambda line: speaker.speak(engine, line), batch))
            spoken += len(batch)
            say(spoken, resident())


def _batches(lines: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


if __name__ == "__main__":
    main()
