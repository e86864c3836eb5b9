"""Where the settings have audio kept."""

from __future__ import annotations

from contextlib import closing

from service.cache import Cache, build_cache
from service.observability.metrics import Metrics
from service.settings import Settings
from tests.cache.speech import never, recording
from tests.cache.waiting import eventually
from tests.redis_server import RedisServer


def cache(**settings: object) -> Cache:
    return build_cache(Settings.model_validate(settings), Metrics())


def test_without_a_redis_each_process_keeps_its_own() -> None:
    one, other = cache(), cache()
    one.audio.get_or_make("key", recording)
    assert one.audio.get_or_make("key", never)[1]
    assert not other.audio.get_or_make("key", recording)[1]


def test_the_memory_has_the_size_that_is_set() -> None:
    small = cache(cache_bytes=0)
    small.audio.get_or_make("key", recording)
    assert not small.audio.get_or_make("key", recording)[1]


def test_with_a_redis_they_share_it_and_its_values_have_the_time_that_is_set(server: RedisServer) -> None:
    settings = {"cache_url": server.url, "cache_seconds": 100}
    with closing(cache(**settings)) as one, closing(cache(**settings)) as other:
        assert eventually(lambda: one.audio.get_or_make("key", recording) and one.audio.hold("key")) == 100
        assert eventually(lambda: other.audio.get("key"))[0] == recording()


def test_closing_waits_until_all_is_kept(server: RedisServer) -> None:
    with closing(cache(cache_url=server.url)) as one:
        for key in map(str, range(50)):
            one.audio.get_or_make(key, lambda: recording(bytes(100_000)))
    with server.client() as client:
        assert client.dbsize() == 50
