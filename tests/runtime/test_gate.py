from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from service.observability.metrics import Metrics
from service.runtime.gate import BusyError, Gate
from service.runtime.patience import CancelledError, OutOfTimeError, Patience

LONG = 10.0  # seconds after which a test that hangs fails
TEXT = 100  # characters; by the first guess of the pace, ten seconds of work


class Holder:
    """Takes a turn in a thread of its own and keeps it until told to leave."""

    def __init__(
        self,
        gate: Gate,
        entered: Callable[[], None] = lambda: None,
        patience: Patience | None = None,
        characters: int = TEXT,
    ) -> None:
        self.inside = threading.Event()
        self.patience = patience or Patience(refusable=False)
        self._leave = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._done: Future[None] = self._pool.submit(self._hold, gate, entered, characters)

    def _hold(self, gate: Gate, entered: Callable[[], None], characters: int) -> None:
        with gate.admit(characters, self.patience) as admission, admission.turn(characters):
            entered()
            self.inside.set()
            assert self._leave.wait(LONG)

    def leave(self) -> None:
        self._leave.set()
        self.result()

    def result(self) -> None:
        self._done.result(LONG)
        self._pool.shutdown()


def inside(gate: Gate, characters: int = TEXT) -> Holder:
    holder = Holder(gate, characters=characters)
    assert holder.inside.wait(LONG)
    return holder


def queued(
    gate: Gate, entered: Callable[[], None] = lambda: None, patience: Patience | None = None
) -> Holder:
    """Returns once one more caller waits at the gate."""
    before = gate.waiting
    holder = Holder(gate, entered, patience)
    ticker = threading.Event()
    for _ in range(1000):
        if gate.waiting > before:
            return holder
        ticker.wait(0.01)
    raise AssertionError("nobody joined the queue")


def refused(gate: Gate, characters: int, seconds: float | None = None) -> float:
    """The seconds after which a request that is refused may come back."""
    with pytest.raises(BusyError, match="busy") as refusal, gate.admit(characters, Patience(seconds)):
        pass
    return refusal.value.retry_after


def admitted(gate: Gate, characters: int, seconds: float | None = None) -> bool:
    with gate.admit(characters, Patience(seconds)):
        return True


def test_as_many_enter_as_the_limit_allows() -> None:
    gate = Gate(limit=2, queue_seconds=30)
    first, second = inside(gate), inside(gate)
    third = queued(gate)
    assert not third.inside.is_set()
    first.leave()
    assert third.inside.wait(LONG)
    second.leave()
    third.leave()


def test_callers_enter_in_the_order_in_which_they_came() -> None:
    gate = Gate(limit=1, queue_seconds=30)
    order: list[int] = []
    first = inside(gate)
    others = [queued(gate, partial(order.append, number)) for number in range(5)]
    first.leave()
    for other in others:
        other.leave()
    assert order == [0, 1, 2, 3, 4]


def test_a_turn_is_handed_on_so_that_no_newcomer_slips_in() -> None:
    gate = Gate(limit=1, queue_seconds=30)
    first = inside(gate)
    second = queued(gate)
    first.leave()
    assert second.inside.wait(LONG)
    third = queued(gate)
    assert not third.inside.is_set()
    second.leave()
    third.leave()


class TestRefusal:
    def test_more_work_than_may_wait_is_refused_and_told_when_to_come_back(self) -> None:
        gate = Gate(limit=1, queue_seconds=15)
        first = inside(gate)
        assert admitted(gate, TEXT)  # ten seconds would have to pass
        second = queued(gate)
        assert 1.0 <= refused(gate, TEXT) <= 60.0
        first.leave()
        second.leave()
        assert admitted(gate, TEXT)

    def test_a_short_text_is_let_in_behind_a_long_one(self) -> None:
        """They take turns, so it waits for as much of the other's text as it has itself."""
        gate = Gate(limit=1, queue_seconds=15)
        first = inside(gate, characters=10_000)
        assert admitted(gate, 50)
        refused(gate, 5_000)
        first.leave()

    def test_nobody_is_refused_while_a_place_is_free(self) -> None:
        gate = Gate(limit=2, queue_seconds=0)
        first = inside(gate)
        assert admitted(gate, 10_000)
        second = inside(gate)
        refused(gate, 1)
        first.leave()
        second.leave()

    def test_who_cannot_be_served_in_time_is_refused_at_once(self) -> None:
        """Twenty seconds of work, and as much again for those who come later."""
        gate = Gate(limit=2, queue_seconds=1000)
        first = inside(gate)
        refused(gate, TEXT, seconds=35.0)
        assert admitted(gate, TEXT, seconds=45.0)
        first.leave()
        assert admitted(gate, TEXT, seconds=0.1)  # nobody is in its way, so there is no better moment

    def test_a_job_is_never_refused(self) -> None:
        gate = Gate(limit=1, queue_seconds=0)
        first = inside(gate)
        with gate.admit(TEXT, Patience(refusable=False)):
            pass
        first.leave()

    def test_the_estimate_follows_the_measured_pace(self) -> None:
        """Here a hundred thousand characters take next to no time."""
        gate = Gate(limit=1, queue_seconds=1)
        for _ in range(20):
            inside(gate, characters=5_000).leave()
        first = inside(gate)
        assert admitted(gate, TEXT)
        first.leave()


class TestGivingUp:
    def test_who_cancels_while_waiting_leaves_the_queue(self) -> None:
        gate = Gate(limit=1, queue_seconds=30)
        first, second = inside(gate), queued(gate)
        second.patience.cancel()
        with pytest.raises(CancelledError):
            second.result()
        assert gate.waiting == 0
        first.leave()

    def test_whose_time_is_over_leaves_the_queue(self) -> None:
        gate = Gate(limit=1, queue_seconds=30)
        first = inside(gate)
        late = Holder(gate, patience=Patience(0.01, refusable=False))
        with pytest.raises(OutOfTimeError):
            late.result()
        assert gate.waiting == 0
        first.leave()

    def test_an_error_inside_gives_the_turn_back(self) -> None:
        gate = Gate(limit=1, queue_seconds=0)
        for _ in range(2):
            with (
                pytest.raises(ZeroDivisionError),
                gate.admit(1, Patience()) as admission,
                admission.turn(1),
            ):
                raise ZeroDivisionError


def test_metrics_tell_who_waits() -> None:
    metrics = Metrics()
    gate = Gate(1, 30, metrics)
    first, second = inside(gate), queued(gate)
    assert metrics.registry.get_sample_value("tts_queue_depth") == 1
    assert metrics.registry.get_sample_value("tts_queue_seconds") == pytest.approx(20, abs=5)
    assert gate.waiting == 1
    assert gate.seconds == pytest.approx(20, abs=5)
    first.leave()
    second.leave()
    assert metrics.registry.get_sample_value("tts_queue_depth") == 0
    assert metrics.registry.get_sample_value("tts_queue_seconds") == 0
    assert (gate.waiting, gate.seconds) == (0, 0)
    assert metrics.registry.get_sample_value("tts_queue_wait_seconds_count") == 2


@pytest.mark.parametrize(("limit", "seconds"), [(0, 1), (-1, 1), (1, -1)])
def test_a_gate_that_lets_nobody_in_is_refused(limit: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="gate"):
        Gate(limit, seconds)


def test_many_threads_never_exceed_the_limit() -> None:
    gate = Gate(limit=3, queue_seconds=100)
    lock = threading.Lock()
    now, most = 0, 0

    def work() -> None:
        nonlocal now, most
        for _ in range(50):
            with gate.admit(1, Patience(refusable=False)) as admission, admission.turn(1):
                with lock:
                    now += 1
                    most = max(most, now)
                with lock:
                    now -= 1

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert now == 0
    assert most <= 3
    assert gate.waiting == 0


def test_callers_who_leave_in_the_middle_do_not_make_the_service_look_slow() -> None:
    metrics = Metrics()
    gate = Gate(1, queue_seconds=1000, metrics=metrics)
    for _ in range(20):
        with pytest.raises(CancelledError):
            leave_in_the_middle(gate)
    with gate.admit(TEXT, Patience()):
        with gate.admit(TEXT, Patience()):
            pass  # which has the work counted
        assert metrics.registry.get_sample_value("tts_queue_seconds") == pytest.approx(10, rel=0.2)


def leave_in_the_middle(gate: Gate) -> None:
    with gate.admit(TEXT, Patience()) as admission, admission.turn(TEXT):
        time.sleep(0.05)
        raise CancelledError
