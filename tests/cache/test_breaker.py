"""When a failing server is left alone, and when it is asked again."""

from __future__ import annotations

import pytest

from service.cache.breaker import Breaker
from service.cache.store import RestingError


class Server:
    """A clock, and a breaker that goes by it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.changes: list[bool] = []
        self.breaker = Breaker(0.02, lambda: self.now, self.changes.append)

    def asked(self) -> bool:
        try:
            self.breaker.answered(self.breaker.enter(), 0.001)
        except RestingError:
            return False
        return True

    def fails(self) -> None:
        self.breaker.failed(self.breaker.enter())


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_server_that_answers_is_asked(server: Server) -> None:
    assert all(server.asked() for _ in range(10))
    assert server.changes == []


def test_after_one_failure_it_is_not_asked_for_a_tenth_of_a_second(server: Server) -> None:
    server.fails()
    assert not server.asked()
    server.now += 0.09
    assert not server.asked()
    server.now += 0.02
    assert server.asked()
    assert server.changes == [True, False]


def test_each_failed_probe_doubles_the_rest_up_to_half_a_minute(server: Server) -> None:
    server.fails()
    rests = []
    for _ in range(11):
        with pytest.raises(RestingError) as resting:
            server.breaker.enter()
        rests.append(resting.value.retry_after)
        server.now += rests[-1]
        server.fails()
    assert rests == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30])
    assert server.changes == [True]


def test_after_healing_the_next_rest_is_short_again(server: Server) -> None:
    for _ in range(4):
        server.fails()
        server.now += 30
    assert server.asked()
    server.fails()
    server.now += 0.51
    assert server.asked()


def test_there_is_one_probe_at_a_time(server: Server) -> None:
    server.fails()
    server.now += 1
    probe = server.breaker.enter()
    assert not server.asked()
    server.breaker.answered(probe, 0.001)
    assert server.asked()


def test_what_was_asked_before_the_rest_began_neither_ends_nor_prolongs_it(server: Server) -> None:
    early, late = server.breaker.enter(), server.breaker.enter()
    server.fails()
    server.breaker.answered(early, 0.001)
    assert not server.asked()
    server.breaker.failed(late)
    server.now += 0.51
    assert server.asked()


def test_a_second_without_an_answer_in_time_is_as_bad_as_none(server: Server) -> None:
    for _ in range(10):
        assert server.changes == []
        server.breaker.answered(server.breaker.enter(), 0.011)
        server.now += 0.11
    server.breaker.answered(server.breaker.enter(), 0.011)
    assert not server.asked()


def test_late_answers_among_quick_ones_do_no_harm(server: Server) -> None:
    for _ in range(10):
        server.breaker.answered(server.breaker.enter(), 0.5)
        server.now += 0.9
        assert server.asked()


def test_what_is_not_needed_is_not_asked_for_a_second_after_a_late_answer(server: Server) -> None:
    server.breaker.answered(server.breaker.enter(needed=False), 0.015)
    with pytest.raises(RestingError):
        server.breaker.enter(needed=False)
    server.now += 1
    server.breaker.answered(server.breaker.enter(needed=False), 0.001)
    assert server.changes == []


def test_what_is_not_needed_is_asked_again_after_an_answer_in_time(server: Server) -> None:
    server.breaker.answered(server.breaker.enter(), 0.015)
    assert server.asked()
    assert not server.breaker.enter(needed=False)


def test_a_late_answer_to_a_probe_prolongs_the_rest(server: Server) -> None:
    server.fails()
    server.now += 0.11
    server.breaker.answered(server.breaker.enter(), 0.015)
    server.now += 0.11
    assert not server.asked()
    server.now += 0.1
    assert server.asked()
