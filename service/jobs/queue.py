"""The messages that go round: one for each item that is to be done."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

import redis
from dramatiq import Broker, Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.jobs.away import passing
from service.jobs.job import Item
from service.jobs.tempo import Tempo

QUEUE = "jobs"
ACTOR = "work"

_NAMESPACE = "tts:queue"
_ALWAYS = 1_000_000  # of a million commands look for lost workers: there are few, and it is quick
_DEAD_MESSAGES_MS = 3600 * 1000
_CONNECT_SECONDS = 1.0


class JobQueue(Protocol):
    """Where messages wait. Implementations are safe to share."""

    @property
    def broker(self) -> Broker:
        """What hands the messages out."""
        ...

    def send(self, item: Item, delay: float = 0.0) -> str:
        """Sends a message round after ``delay`` seconds; gives its id."""
        ...

    def waiting(self) -> Collection[str]:
        """The ids of all messages that nobody has taken yet."""
        ...


class RedisQueue:
    """A ``JobQueue`` in Redis."""

    def __init__(self, client: redis.Redis, tempo: Tempo) -> None:
        """Messages of a worker that gives no sign of life for ``tempo.heartbeat`` are given to others."""
        self._redis: Any = client  # whose types leave open whether it gives bytes
        self.broker: Broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=client,
            middleware=[],
            namespace=_NAMESPACE,
            maintenance_chance=_ALWAYS,
            heartbeat_timeout=round(tempo.heartbeat * 1000),
            dead_message_ttl=_DEAD_MESSAGES_MS,
        )
        self.broker.declare_queue(QUEUE)

    def send(self, item: Item, delay: float = 0.0) -> str:
        """See ``JobQueue``."""
        with passing():
            sent = self.broker.enqueue(_message(item), delay=round(delay * 1000) if delay else None)
        return str(sent.options["redis_message_id"])

    def waiting(self) -> Collection[str]:
        """See ``JobQueue``."""
        ready = self._redis.lrange(f"{_NAMESPACE}:{QUEUE}", 0, -1)
        delayed = self._redis.hkeys(f"{_NAMESPACE}:{QUEUE}.DQ.msgs")
        return {message.decode() for message in (*ready, *delayed)}


class LocalQueue:
    """A ``JobQueue`` inside one process."""

    def __init__(self) -> None:
        self.broker: Broker = StubBroker(middleware=[])
        self.broker.declare_queue(QUEUE)

    def send(self, item: Item, delay: float = 0.0) -> str:
        """See ``JobQueue``."""
        return self.broker.enqueue(_message(item), delay=round(delay * 1000) if delay else None).message_id

    def waiting(self) -> Collection[str]:
        """See ``JobQueue``."""
        return ()


def _message(item: Item) -> Message[None]:
    return Message(queue_name=QUEUE, actor_name=ACTOR, args=tuple(item), kwargs={}, options={})


def asking_client(url: str) -> redis.Redis:
    """A client for who must not wait: every answer comes within a second, or an error does."""
    return _client(url, _CONNECT_SECONDS)


def working_client(url: str) -> redis.Redis:
    """A client for workers, who can do nothing without Redis: a slow answer is as good as a quick one.

    An error while a message is being fetched would leave it with nobody until it is missed.
    """
    return _client(url, None)


def _client(url: str, seconds: float | None) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=seconds,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
    )
