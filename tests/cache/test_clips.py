"""Sentences as they were spoken."""

from __future__ import annotations

import numpy as np

from service.audio.pcm import quantized
from service.cache.clips import ClipCache
from service.cache.memory_store import MemoryStore
from service.cache.redis_store import RedisStore
from service.cache.store import Store
from service.clips import ClipStore
from service.voice import Clip
from tests.cache.speech import WORD
from tests.redis_server import RedisServer

SOUND = quantized(np.sin(np.arange(1000, dtype=np.float32)))
CLIPS = (Clip(SOUND[:300], (WORD,), last=False), Clip(SOUND[300:], ()))


def test_a_sentence_is_kept_as_one_clip() -> None:
    kept: ClipStore = ClipCache(MemoryStore(10_000, 60))
    assert kept.get("key") is None
    kept.put("key", CLIPS)
    (clip,) = kept.get("key") or ()
    assert clip.samples.tobytes() == SOUND.tobytes()
    assert (clip.words, clip.last) == ((WORD,), True)


def test_recordings_and_sentences_do_not_get_into_each_others_way(store: Store) -> None:
    store.put("audio:key", b"a recording")
    assert ClipCache(store).get("key") is None


def test_a_corrupt_sentence_is_forgotten() -> None:
    store = MemoryStore(10_000, 60)
    store.put("clip:key", b"garbage")
    assert ClipCache(store).get("key") is None
    assert store.find("clip:key") is None


def test_without_its_redis_it_knows_nothing(server: RedisServer) -> None:
    kept = ClipCache(RedisStore(server.url, 60))
    server.kill()
    kept.put("key", CLIPS)
    assert kept.get("key") is None
