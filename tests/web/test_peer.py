"""The client at the other end of a connection."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from service.web.peer import Peer


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


Ends = tuple[socket.socket, socket.socket]


def test_one_that_waits_is_there(ends: Ends) -> None:
    assert not Peer(ends[0]).gone()


def test_one_that_has_closed_is_gone(ends: Ends) -> None:
    ends[1].close()
    assert Peer(ends[0]).gone()


def test_one_whose_connection_is_lost_on_this_side_is_gone(ends: Ends) -> None:
    ends[0].close()
    assert Peer(ends[0]).gone()


def test_its_next_request_shows_that_it_is_there_and_stays_unread(ends: Ends) -> None:
    peer = Peer(ends[0])
    ends[1].sendall(b"GET")
    assert not peer.gone()
    assert ends[0].recv(3) == b"GET"


def test_looking_does_not_wait_even_where_writes_may_take_long(ends: Ends) -> None:
    peer = Peer(ends[0])
    peer.hurry()
    assert not peer.gone()


def test_writes_have_a_limit_of_time_until_it_is_released(ends: Ends) -> None:
    peer = Peer(ends[0])
    peer.hurry()
    assert ends[0].gettimeout() == 30.0
    peer.release()
    assert ends[0].gettimeout() is None


def test_hanging_up_leaves_it_what_was_sent(ends: Ends) -> None:
    ends[0].sendall(b"the end")
    Peer(ends[0]).hang_up()
    assert ends[1].recv(100) == b"the end"
    assert ends[1].recv(100) == b""
    Peer(ends[0]).hang_up()


def test_one_behind_no_socket_never_leaves() -> None:
    peer = Peer(None)
    peer.hurry()
    assert not peer.gone()
    peer.release()
    peer.hang_up()
