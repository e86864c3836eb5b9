from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from service.runtime.gate import BusyError, Gate

PATIENCE = 10.0  # seconds after which a test that hangs fails


class Holder:
    """Takes a turn in a thread of its own and keeps it until told to leave."""

    def __init__(self, gate: Gate, entered: Callable[[], None] = lambda: None, again: bool = False) -> None:
        self.inside = threading.Event()
        self._leave = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._done: Future[None] = self._pool.submit(self._hold, gate, entered, again)

    def _hold(self, gate: Gate, entered: Callable[[], None], again: bool) -> None:
        with gate.turn(again=again):
            entered()
            self.inside.set()
            assert self._leave.wait(PATIENCE)

    def leave(self) -> None:
        self._leave.set()
        self._done.result(PATIENCE)
        self._pool.shutdown()


def inside(gate: Gate) -> Holder:
    holder = Holder(gate)
    assert holder.inside.wait(PATIENCE)
    return holder


def queued(gate: Gate, entered: Callable[[], None] = lambda: None, again: bool = False) -> Holder:
    """Returns once one more caller waits at the gate."""
    before = gate.waiting
    holder = Holder(gate, entered, again)
    ticker = threading.Event()
    for _ in range(1000):
        if gate.waiting > before:
            return holder
        ticker.wait(0.01)
    raise AssertionError("nobody joined the queue")


def test_as_many_enter_as_the_limit_allows() -> None:
    gate = Gate(limit=2, waiting=1)
    first, second = inside(gate), inside(gate)
    third = queued(gate)
    assert not third.inside.is_set()
    first.leave()
    assert third.inside.wait(PATIENCE)
    second.leave()
    third.leave()


def test_callers_enter_in_the_order_in_which_they_came() -> None:
    gate = Gate(limit=1, waiting=5)
    order: list[int] = []
    first = inside(gate)
    others = [queued(gate, partial(order.append, number)) for number in range(5)]
    first.leave()
    for other in others:
        other.leave()
    assert order == [0, 1, 2, 3, 4]


def test_a_turn_is_handed_on_so_that_no_newcomer_slips_in() -> None:
    gate = Gate(limit=1, waiting=1)
    first = inside(gate)
    second = queued(gate)
    first.leave()
    assert second.inside.wait(PATIENCE)
    third = queued(gate)
    assert not third.inside.is_set()
    second.leave()
    third.leave()


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back() -> None:
    gate = Gate(limit=1, waiting=1)
    first, second = inside(gate), queued(gate)
    with pytest.raises(BusyError, match="busy") as refusal, gate.turn():
        pass
    assert 1.0 <= refusal.value.retry_after < 60.0
    first.leave()
    second.leave()


def test_who_had_a_turn_before_is_not_refused() -> None:
    gate = Gate(limit=1, waiting=0)
    first = inside(gate)
    second = queued(gate, again=True)
    first.leave()
    second.leave()


def test_without_a_queue_only_the_limit_enters() -> None:
    gate = Gate(limit=1, waiting=0)
    with gate.turn(), pytest.raises(BusyError), gate.turn():
        pass
    with gate.turn():
        assert gate.waiting == 0


def test_an_error_inside_gives_the_turn_back() -> None:
    gate = Gate(limit=1, waiting=0)
    with pytest.raises(ZeroDivisionError), gate.turn():
        raise ZeroDivisionError
    with gate.turn():
        pass


@pytest.mark.parametrize(("limit", "waiting"), [(0, 1), (-1, 1), (1, -1)])
def test_a_gate_that_lets_nobody_in_is_refused(limit: int, waiting: int) -> None:
    with pytest.raises(ValueError, match="gate"):
        Gate(limit, waiting)


def test_many_threads_never_exceed_the_limit() -> None:
    gate = Gate(limit=3, waiting=100)
    lock = threading.Lock()
    now, most = 0, 0

    def work() -> None:
        nonlocal now, most
        for _ in range(50):
            with gate.turn():
                with lock:
                    now += 1
                    most = max(most, now)
                with lock:
                    now -= 1

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert now == 0
    assert most <= 3
    assert gate.waiting == 0
