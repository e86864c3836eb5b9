"""Values in a Redis, for all replicas; what it has no room for, it forgets by its own rules."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import redis

from service.cache.heartbeat import Heartbeat
from service.cache.redis_link import ANSWER_SECONDS, RedisLink
from service.cache.store import LARGEST_VALUE, Lease, RestingError, StoreError, nobody
from service.cache.writer import Writer

LEASE_SECONDS = 10.0
"""How long others wait for a process that gives no more sign of life."""

_BEATS = 4  # in the time of a lease
_MOST_PENDING = LARGEST_VALUE  # bytes that are on their way to Redis
_CLOSE_SECONDS = 5.0
_PREFIX = "tts:1:"  # raise the number when what is kept is packed in another way
_LOCK = ":lock"

_PIECE = 1024 * 1024
"""Bytes of a value that are read at once: Redis has them ready at once, however large the value is."""

_CLAIM = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""


class RedisStore:
    """A ``Store`` that many processes share. Writing goes on in the background."""

    def __init__(
        self,
        url: str,
        seconds: float,
        lease_seconds: float = LEASE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Keeps each value for ``seconds``; a lease that is not renewed ends after ``lease_seconds``.

        Redis may be silent for ``answer_seconds`` while somebody waits.
        """
        self._link = RedisLink(url, answer_seconds)
        self._writer = Writer(_MOST_PENDING)
        self._milliseconds = round(seconds * 1000)
        self._lease_milliseconds = round(lease_seconds * 1000)
        self._heartbeat = Heartbeat(lease_seconds / _BEATS, self._renew)

    def claim(self, name: str) -> bytes | Lease | None:
        """See ``Store``."""
        lease = Lease(name, secrets.token_hex(16))

        def question(client: redis.Redis) -> Sequence[Any]:
            both = client.pipeline(transaction=False)
            both.getrange(_key(name), 0, _PIECE - 1)
            both.eval(_CLAIM, 2, _key(name), _lock(name), lease.token, self._lease_milliseconds)
            return both.execute()

        try:
            value, claimed = self._link.ask(question)
        except RestingError:
            raise
        except StoreError:  # it may have been granted all the same
            self.release(lease)
            raise
        if value:
            return self._whole(name, value)
        if not claimed:
            return None
        self._heartbeat.add(lease)
        return lease

    def release(self, lease: Lease) -> None:
        """See ``Store``."""
        if not self._writer.offer(0, partial(self._release, lease)):
            self._heartbeat.drop(lease)

    def put(
        self, name: str, value: bytes, lease: Lease | None = None, told: Callable[[bool], None] = nobody
    ) -> None:
        """See ``Store``; does without where too much is on its way already."""
        write = partial(self._write, name, value, lease, told)
        if len(value) > LARGEST_VALUE or not self._writer.offer(len(value), write):
            if lease:
                self.release(lease)
            told(False)

    def find(self, name: str) -> tuple[bytes, float] | None:
        """See ``Store``."""

        def question(client: redis.Redis) -> Sequence[Any]:
            both = client.pipeline(transaction=False)  # a full Redis runs no transactions
            both.getrange(_key(name), 0, _PIECE - 1)
            both.pttl(_key(name))
            return both.execute()

        value, left = self._link.ask(question)
        return (self._whole(name, value), max(0, left) / 1000) if value else None

    def peek(self, name: str) -> bytes | None:
        """See ``Store``."""
        first: bytes = self._link.ask(partial(_piece, name, 0), needed=False)
        return self._whole(name, first) if first else None

    def hold(self, name: str) -> float | None:
        """See ``Store``."""
        there = self._link.ask(lambda client: client.pexpire(_key(name), self._milliseconds))
        return self._milliseconds / 1000 if there else None

    def discard(self, name: str) -> None:
        """See ``Store``."""
        self._link.ask(lambda client: client.delete(_key(name)))

    def sweep(self) -> int:
        """See ``Store``; Redis sweeps for itself."""
        return 0

    def close(self) -> None:
        """See ``Store``."""
        self._writer.close(_CLOSE_SECONDS)
        self._heartbeat.close()
        self._link.close()

    def _whole(self, name: str, first: bytes) -> bytes:
        """A value of which the first piece is there; should it go meanwhile, what is left does not unpack."""
        pieces = [first]
        while len(pieces[-1]) == _PIECE:
            start = len(pieces) * _PIECE
            pieces.append(self._link.ask(partial(_piece, name, start)))
        return b"".join(pieces)

    def _write(self, name: str, value: bytes, lease: Lease | None, told: Callable[[bool], None]) -> None:
        kept = False
        try:
            self._link.tell(lambda client: client.set(_key(name), value, px=self._milliseconds), len(value))
            kept = True
        except StoreError:
            pass  # counted where it matters: with the next question
        finally:
            if lease:
                self._release(lease)
            told(kept)

    def _release(self, lease: Lease) -> None:
        """Never before the value is there, or those who wait would make it themselves."""
        self._heartbeat.drop(lease)
        with suppress(StoreError):  # then it ends by itself
            self._link.tell(lambda client: client.eval(_RELEASE, 1, _lock(lease.name), lease.token))

    def _renew(self, leases: Collection[Lease]) -> None:
        def question(client: redis.Redis) -> None:
            all_of_them = client.pipeline(transaction=False)
            for lease in leases:
                all_of_them.eval(_RENEW, 1, _lock(lease.name), lease.token, self._lease_milliseconds)
            all_of_them.execute()

        with suppress(StoreError):  # perhaps in time with the next beat
            self._link.tell(question)


def _piece(name: str, start: int, client: redis.Redis) -> Any:
    return client.getrange(_key(name), start, start + _PIECE - 1)


def _key(name: str) -> str:
    return _PREFIX + name


def _lock(name: str) -> str:
    return _PREFIX + name + _LOCK
