"""The teacher speaks all orders, in one process or several; what has been spoken is not spoken again."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty

from service.text.errors import FrontEndError
from training.kokoro.phonemes import UnknownPhonemeError
from training.takes import save_take, take_path
from training.teacher.orders import Order
from training.teacher.teacher import Teacher

NETWORK = Path(".cache") / "voice"
"""Where the teacher's network is prepared, for all runs."""

_LOOK = 5.0  # seconds from look to look whether the processes still live


def unspoken(orders: Sequence[Order], folder: Path) -> list[Order]:
    """Gives the orders that there is no take of."""
    return [order for order in orders if not take_path(folder, order.name).is_file()]


def speak(orders: Sequence[Order], folder: Path, network: Path, workers: int) -> Iterator[tuple[Order, str]]:
    """Yields each order that has been spoken, and why there is no take of it, if so.

    Args:
        orders: to be spoken.
        folder: of the takes.
        network: where the teacher's network is prepared.
        workers: processes; 1 speaks in this one.
    """
    if not orders:
        return
    if workers == 1:
        speaker = _Speaker(folder, network)
        yield from ((order, speaker.speak(order)) for order in orders)
        return
    Teacher(network)  # prepares the network's files, which only one process may do
    yield from _together(orders, folder, network, min(workers, len(orders)))


class _Speaker:
    def __init__(self, folder: Path, network: Path) -> None:
        self._folder = folder
        self._teacher = Teacher(network)

    def speak(self, order: Order) -> str:
        """Speaks an order; gives what is wrong with it, else nothing."""
        try:
            save_take(self._folder, self._teacher.speak(order))
        except (FrontEndError, UnknownPhonemeError, ValueError) as error:
            return str(error) or type(error).__name__
        return ""


def _together(
    orders: Sequence[Order], folder: Path, network: Path, workers: int
) -> Iterator[tuple[Order, str]]:
    context = multiprocessing.get_context("spawn")
    spoken: Queue[tuple[Order, str]] = context.Queue()
    shares = [orders[place::workers] for place in range(workers)]
    processes = [
        context.Process(target=_speak, args=(share, folder, network, spoken), daemon=True) for share in shares
    ]
    for process in processes:
        process.start()
    try:
        for _ in orders:
            yield _next(spoken, processes)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _next(spoken: Queue[tuple[Order, str]], processes: Sequence[BaseProcess]) -> tuple[Order, str]:
    while True:
        with suppress(Empty):
            return spoken.get(timeout=_LOOK)
        if any(process.exitcode not in (None, 0) for process in processes):
            raise RuntimeError("A process in which the teacher spoke has died.")


def _speak(orders: Sequence[Order], folder: Path, network: Path, spoken: Queue[tuple[Order, str]]) -> None:
    speaker = _Speaker(folder, network)
    for order in orders:
        spoken.put((order, speaker.speak(order)))
