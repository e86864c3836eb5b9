"""What both stores do, and what each does for itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import pytest

from bench.cache_trouble import slowed
from service.cache.memory_store import MemoryStore
from service.cache.redis_store import RedisStore
from service.cache.store import LARGEST_VALUE, Lease, RestingError, Store, StoreError
from tests.cache.waiting import eventually
from tests.redis_server import RedisServer


def put(store: Store, name: str, value: bytes, lease: Lease | None = None) -> bool:
    """Puts a value and waits until it is certain what became of it."""
    told: list[bool] = []
    store.put(name, value, lease, told.append)
    return eventually(lambda: told)[0]


class TestBoth:
    def test_what_is_not_there_may_be_made(self, store: Store) -> None:
        lease = store.claim("name")
        assert isinstance(lease, Lease)
        assert put(store, "name", b"value", lease)
        assert store.claim("name") == b"value"

    def test_what_was_given_back_may_be_made_by_another(self, store: Store) -> None:
        lease = store.claim("name")
        assert isinstance(lease, Lease)
        store.release(lease)
        assert put(store, "other", b"x")  # all that came before is done now
        assert isinstance(store.claim("name"), Lease)

    def test_a_value_is_found_with_the_time_that_it_has_left(self, store: Store) -> None:
        assert store.find("name") is None
        assert put(store, "name", b"\x00\xff\n")
        found = store.find("name")
        assert found is not None
        assert found[0] == b"\x00\xff\n"
        assert 0 < found[1] <= 60
        assert store.peek("name") == found[0]
        assert store.peek("other") is None

    def test_only_what_is_there_can_be_held(self, store: Store) -> None:
        assert store.hold("name") is None
        put(store, "name", b"value")
        assert store.hold("name") == 60

    def test_what_is_discarded_is_gone(self, store: Store) -> None:
        put(store, "name", b"value")
        store.discard("name")
        store.discard("name")
        assert store.find("name") is None

    def test_a_value_that_is_too_large_is_not_kept_and_others_may_make_it(self, store: Store) -> None:
        lease = store.claim("name")
        assert isinstance(lease, Lease)
        assert not put(store, "name", bytes(LARGEST_VALUE + 1), lease)
        assert put(store, "other", b"x")
        assert isinstance(store.claim("name"), Lease)


class TestMemory:
    def test_the_least_recently_used_goes_when_the_bytes_are_spent(self) -> None:
        store = MemoryStore(3000, seconds=60)
        for name in "ab":
            put(store, name, bytes(1000))
        store.find("a")
        put(store, "c", bytes(1000))
        assert [name for name in "abc" if store.find(name)] == ["a", "c"]

    @pytest.mark.parametrize("max_bytes", [0, 1100])
    def test_what_is_larger_than_all_of_it_is_not_kept(self, max_bytes: int) -> None:
        assert not put(MemoryStore(max_bytes, seconds=60), "name", bytes(1000))

    def test_a_value_goes_when_its_time_is_over_unless_it_was_held(self) -> None:
        now = 0.0
        store = MemoryStore(10_000, seconds=60, clock=lambda: now)
        for name in "ab":
            put(store, name, b"value")
        now = 50.0
        store.hold("a")
        now = 61.0
        assert store.find("a") == (b"value", 49.0)
        assert store.find("b") is None

    def test_sweeping_counts_what_was_too_old(self) -> None:
        now = 0.0
        store = MemoryStore(10_000, seconds=60, clock=lambda: now)
        put(store, "a", b"value")
        now = 30.0
        put(store, "b", b"value")
        now = 61.0
        assert (store.sweep(), store.sweep()) == (1, 0)
        assert store.find("b")


class TestRedis:
    def test_while_one_makes_a_value_the_others_may_not(self, redis_store: Callable[..., RedisStore]) -> None:
        one, other = redis_store(), redis_store()
        lease = one.claim("name")
        assert isinstance(lease, Lease)
        assert other.claim("name") is None
        put(one, "name", b"value", lease)
        assert other.claim("name") == b"value"

    def test_a_lease_lasts_as_long_as_its_process_works(self, redis_store: Callable[..., RedisStore]) -> None:
        one, other = redis_store(lease_seconds=0.5), redis_store()
        assert one.claim("name")
        until = time.monotonic() + 1.2
        while time.monotonic() < until:
            assert other.claim("name") is None
            time.sleep(0.02)

    def test_nobody_ends_the_lease_of_another(self, redis_store: Callable[..., RedisStore]) -> None:
        one, other = redis_store(), redis_store()
        assert one.claim("name")
        other.release(Lease("name", "guessed"))
        put(other, "other", b"x")
        assert other.claim("name") is None

    def test_values_are_kept_for_their_time(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        store = redis_store(seconds=0.05)
        put(store, "name", b"value")
        time.sleep(0.1)
        assert store.find("name") is None
        assert store.hold("name") is None

    def test_nothing_is_kept_in_redis_for_ever(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        store = redis_store()
        assert store.claim("made")
        put(store, "kept", b"value")
        with server.client() as client:
            keys = client.keys("*")
            assert isinstance(keys, list)
            assert len(keys) == 2
            assert all(client.pttl(key) > 0 for key in keys)

    def test_a_large_value_travels(self, redis_store: Callable[..., RedisStore]) -> None:
        store = redis_store()
        value = bytes(range(256)) * 40_000
        assert put(store, "name", value)
        assert store.claim("name") == store.peek("name") == value
        assert store.claim("other")  # and is not taken for a late answer

    def test_a_full_redis_keeps_nothing_and_goes_on_being_asked(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        store = redis_store()
        put(store, "old", b"value")
        with server.client() as client:
            client.config_set("maxmemory", "1")
        assert not put(store, "new", b"value")
        assert store.find("old")

    def test_a_redis_that_is_gone_is_asked_once_and_then_rests(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        store = redis_store()
        server.kill()
        with pytest.raises(StoreError, match="does not answer") as failed:
            store.claim("name")
        assert not isinstance(failed.value, RestingError)
        with pytest.raises(RestingError):
            store.claim("name")
        assert not put(store, "name", b"value")

    def test_a_frozen_redis_is_found_out_too(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        store = redis_store(answer_seconds=0.1)
        put(store, "name", b"value")
        server.freeze()
        for error in (StoreError, RestingError):
            with pytest.raises(error):
                store.find("name")
        server.thaw()
        assert eventually(lambda: store.find("name"))[0] == b"value"

    def test_one_that_answers_late_is_as_bad_as_none(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        with slowed(server.url, 0.3) as url, closing(RedisStore(url, 60, answer_seconds=0.1)) as store:
            for error in (StoreError, RestingError):
                with pytest.raises(error):
                    store.claim("name")

    def test_a_lease_that_was_granted_too_late_is_given_back(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        store, other = redis_store(lease_seconds=1000, answer_seconds=0.1), redis_store()
        server.freeze()
        with pytest.raises(StoreError):
            store.claim("name")
        server.thaw()
        assert isinstance(eventually(lambda: other.claim("name")), Lease)

    def test_after_a_restart_it_is_found_again(
        self, server: RedisServer, redis_store: Callable[..., RedisStore]
    ) -> None:
        store = redis_store()
        put(store, "name", b"value")
        server.stop()
        with pytest.raises(StoreError):
            store.find("name")
        server.start()
        assert eventually(lambda: store.find("name"))[0] == b"value"
