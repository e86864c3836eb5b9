from __future__ import annotations

import threading

import pytest

from service.runtime.patience import CancelledError, OutOfTimeError, Patience


def test_without_a_time_it_lasts_for_ever() -> None:
    patience = Patience()
    assert patience.remaining() is None
    patience.check()


def test_time_that_is_left_grows_less_and_never_falls_below_zero() -> None:
    patience = Patience(1000.0)
    first = patience.remaining()
    second = patience.remaining()
    assert first is not None
    assert second is not None
    assert 0 < second <= first <= 1000.0
    assert Patience(0.0).remaining() == 0.0
    assert patience.elapsed() >= 0.0


def test_when_its_time_is_over_the_caller_waits_no_longer() -> None:
    with pytest.raises(OutOfTimeError, match="in the time"):
        Patience(0.0).check()


def test_a_cancelled_caller_waits_no_longer_and_that_is_what_it_is_told() -> None:
    patience = Patience(0.0)
    patience.cancel()
    assert patience.cancelled
    with pytest.raises(CancelledError):
        patience.check()


def test_cancelling_wakes_what_waits_on_the_callers_behalf() -> None:
    patience = Patience()
    woken: list[str] = []
    with patience.waking(lambda: woken.append("inside")):
        patience.cancel()
    assert woken == ["inside"]
    with patience.waking(lambda: woken.append("later")):
        assert woken == ["inside", "later"]
    patience.cancel()
    assert woken == ["inside", "later"]


def test_while_it_rests_its_time_stands_still() -> None:
    patience = Patience(0.05)
    with patience.resting():
        assert patience.remaining() is None
        threading.Event().wait(0.1)
        patience.check()
    patience.check()
    left = patience.remaining()
    assert left is not None
    assert 0 < left <= 0.05


def test_it_can_be_prolonged_up_to_what_was_agreed_on() -> None:
    patience = Patience(0.0, most=100.0)
    with pytest.raises(OutOfTimeError):
        patience.check()
    patience.prolong()
    patience.check()
    for other in (Patience(0.0), Patience(0.0, most=0.0)):
        other.prolong()
        with pytest.raises(OutOfTimeError):
            other.check()
