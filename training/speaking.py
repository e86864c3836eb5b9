"""The teacher speaks all orders, in one process or several; what has been spoken is not spoken again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from service.text.errors import FrontEndError
from training.kokoro.phonemes import UnknownPhonemeError
from training.takes import save_take, take_path
from training.teacher.orders import Order
from training.teacher.teacher import Teacher
from training.together import together

NETWORK = Path(".cache") / "voice"
"""Where the teacher's network is prepared, for all runs."""


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
    if orders and workers > 1:
        Teacher(network)  # prepares the network's files, which only one process may do
    yield from together(orders, partial(_spoken, folder, network), workers)


def _spoken(folder: Path, network: Path, orders: Sequence[Order]) -> Iterator[tuple[Order, str]]:
    if not orders:
        return
    teacher = Teacher(network)
    yield from ((order, _problem(teacher, order, folder)) for order in orders)


def _problem(teacher: Teacher, order: Order, folder: Path) -> str:
    """Has an order spoken; gives what is wrong with it, else nothing."""
    try:
        save_take(folder, teacher.speak(order))
    except (FrontEndError, UnknownPhonemeError, ValueError) as error:
        return str(error) or type(error).__name__
    return ""
