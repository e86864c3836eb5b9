"""The way to a Redis that may be slow, or gone: short for those who wait, longer for work behind them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.cache.breaker import Breaker
from service.cache.store import RestingError, StoreError
from service.observability.logs import get_logger

Answer = TypeVar("Answer")

ANSWER_SECONDS = 0.025
"""The longest silence of a Redis while somebody waits for it; a large value may come in many pieces."""

_PATIENT_SECONDS = 2.0
"""Likewise, while nobody does; and how long a rest nobody minds."""

_BYTES_A_SECOND = 20_000_000  # what takes its time only because it is large is not late
_CONNECTIONS = 64


class RedisLink:
    """Asks a Redis, as long as it answers. Safe to share between threads.

    A question costs who asks at most ``answer_seconds`` for connecting, where there is no connection yet,
    and as much for the answer; after a failure it costs nothing for a while (``Breaker``).
    """

    def __init__(self, url: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        """Takes an address that begins with ``redis://`` or ``rediss://``; connects when it has to."""
        self._quick = _client(url, answer_seconds)
        self._patient = _client(url, _PATIENT_SECONDS)
        self._breaker = Breaker(answer_seconds, on_change=_log)

    def ask(self, question: Callable[[redis.Redis], Answer], *, needed: bool = True) -> Answer:
        """Asks for somebody who waits; what is not ``needed`` only while Redis answers in time.

        Raises:
            RestingError: Redis failed a moment ago, and was not asked.
            StoreError: Redis does not answer, or refuses.
        """
        probe = self._breaker.enter(needed=needed)
        return self._through(self._quick, question, probe)

    def tell(self, question: Callable[[redis.Redis], Answer], size: int = 0) -> Answer:
        """Asks for nobody who waits: an answer has two seconds, and a short rest is waited for.

        ``size`` is of a value that travels along, in bytes.

        Raises:
            RestingError, StoreError: as for ``ask``.
        """
        deadline = time.monotonic() + _PATIENT_SECONDS
        while True:
            try:
                return self._through(self._patient, question, self._breaker.enter(), size)
            except RestingError as resting:  # noqa: PERF203  there is time
                if time.monotonic() + resting.retry_after > deadline:
                    raise
                time.sleep(resting.retry_after)

    def close(self) -> None:
        """Closes all connections."""
        self._quick.close()
        self._patient.close()

    def _through(
        self, client: redis.Redis, question: Callable[[redis.Redis], Answer], probe: bool, size: int = 0
    ) -> Answer:
        started = time.monotonic()
        try:
            answer = question(client)
            size += _size(answer)
        except redis.ResponseError as error:  # an answer all the same, such as that its memory is full
            self._breaker.answered(probe)
            raise StoreError(str(error)) from error
        except BaseException as error:
            self._breaker.failed(probe)
            client.connection_pool.disconnect(inuse_connections=False)  # they would fail one by one
            if isinstance(error, Exception):
                raise StoreError("The Redis of the audio cache does not answer.") from error
            raise
        if probe or client is self._quick:
            late = time.monotonic() - started - size / _BYTES_A_SECOND
            self._breaker.answered(probe, late)
        return answer


def _client(url: str, seconds: float) -> redis.Redis:
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=seconds,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,  # neither this nor the next one asks anything when a connection is made
        driver_info=None,
    )
    return redis.Redis(connection_pool=pool)


def _size(answer: object) -> int:
    """Bytes of the values in an answer."""
    parts = answer if isinstance(answer, list) else [answer]
    return sum(len(part) for part in parts if isinstance(part, bytes))


def _log(resting: bool) -> None:
    if resting:
        get_logger().warning("cache_resting", reason="the Redis of TTS_CACHE_URL does not answer in time")
    else:
        get_logger().info("cache_back")
