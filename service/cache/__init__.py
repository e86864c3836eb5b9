"""The audio cache: recordings and sentences, in Redis for all replicas, or in the memory of this process."""

from __future__ import annotations

from dataclasses import dataclass

from service.cache.audio import AudioCache, cache_key
from service.cache.clips import ClipCache
from service.cache.memory_store import MemoryStore
from service.cache.redis_store import RedisStore
from service.cache.store import RestingError, Store, StoreError
from service.observability.metrics import Metrics
from service.settings import Settings

__all__ = ["AudioCache", "Cache", "ClipCache", "RestingError", "StoreError", "build_cache", "cache_key"]


@dataclass(frozen=True, slots=True)
class Cache:
    """What is kept of this service's speech.

    Attributes:
        audio: whole recordings.
        clips: sentences.
        store: where both are.
    """

    audio: AudioCache
    clips: ClipCache
    store: Store

    def close(self) -> None:
        """Ends what runs in the background, once all is kept that is on its way."""
        self.store.close()


def build_cache(settings: Settings, metrics: Metrics) -> Cache:
    """Makes the cache that the settings ask for. Call it in the process that serves, behind any fork."""
    store: Store
    if settings.cache_url:
        store = RedisStore(settings.cache_url, settings.cache_seconds)
    else:
        store = MemoryStore(settings.cache_bytes, settings.cache_seconds)
    return Cache(AudioCache(store, metrics), ClipCache(store), store)
