"""Work that is shared out among processes; what each finds is heard of at once."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess, parent_process
from multiprocessing.queues import Queue
from queue import Empty
from typing import TypeVar

_LOOK = 5.0  # seconds from look to look whether the processes still live

Part = TypeVar("Part")
Found = TypeVar("Found")
Work = Callable[[Sequence[Part]], Iterable[Found]]
"""Does some of the work, and finds one thing for each part of it."""


def together(parts: Sequence[Part], work: Work[Part, Found], workers: int) -> Iterator[Found]:
    """Yields what is found of each part, in the order in which it is found.

    Args:
        parts: of the work.
        work: is done in every process on its share of the parts; it and they can be pickled.
        workers: processes; 1 works in this one.

    Raises:
        RuntimeError: a process has died.
    """
    if workers == 1 or len(parts) <= 1:
        yield from work(parts)
        return
    context = multiprocessing.get_context("spawn")
    found: Queue[Found] = context.Queue()
    shares = [parts[place::workers] for place in range(min(workers, len(parts)))]
    processes = [context.Process(target=_work, args=(work, share, found), daemon=True) for share in shares]
    for process in processes:
        process.start()
    try:
        for _ in parts:
            yield _next(found, processes)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _next(found: Queue[Found], processes: Sequence[BaseProcess]) -> Found:
    while True:
        with suppress(Empty):
            return found.get(timeout=_LOOK)
        if any(process.exitcode not in (None, 0) for process in processes):
            raise RuntimeError("One of the processes that work together has died.")


def _work(work: Work[Part, Found], share: Sequence[Part], found: Queue[Found]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for one in work(share):
        found.put(one)


def _end_with_parent() -> None:
    """Ends this process when its parent has been killed, which could not end it."""
    if parent := parent_process():
        parent.join()
        os._exit(1)
