"""Work behind the backs of those who wait."""

from __future__ import annotations

from threading import Event

from service.cache.writer import Writer


def test_work_is_done_in_the_order_in_which_it_came() -> None:
    done: list[int] = []
    writer = Writer(max_bytes=10)
    for number in range(100):
        assert writer.offer(0, lambda number=number: done.append(number))  # type: ignore[misc]
    writer.close(10)
    assert done == list(range(100))


def test_what_is_too_much_is_refused_until_there_is_room_again() -> None:
    may_end, ended = Event(), Event()

    def slow() -> None:
        may_end.wait()

    writer = Writer(max_bytes=10, max_pieces=2)
    assert not writer.offer(11, slow)
    assert writer.offer(6, slow)
    assert not writer.offer(5, slow)
    assert writer.offer(4, ended.set)
    assert not writer.offer(0, slow)
    may_end.set()
    ended.wait()
    writer.close(10)


def test_a_closed_writer_takes_nothing() -> None:
    writer = Writer(max_bytes=10)
    writer.close(1)
    assert not writer.offer(0, lambda: None)
