"""The audio cache: bounded in bytes, and one caller computes for all that wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from service.cache import AudioCache, cache_key
from service.recording import Recording
from service.runtime.gate import BusyError
from service.voice import SyllableTiming, WordTiming


def recording(size: int = 0) -> Recording:
    return Recording(b"a" * size, 24000, 1.0, (), 0.0, 0.0, 0.0)


BARE = recording().size


def never() -> Recording:
    raise AssertionError("made although it was there")


def test_what_was_made_once_is_a_hit_from_then_on() -> None:
    cache = AudioCache(10_000, max_followers=1)
    made = recording()
    assert cache.get_or_make("key", lambda: made) == (made, False)
    assert cache.get_or_make("key", never) == (made, True)


def test_the_least_recently_used_goes_when_the_bytes_are_spent() -> None:
    cache = AudioCache(2 * (BARE + 100), max_followers=1)
    cache.get_or_make("a", lambda: recording(100))
    cache.get_or_make("b", lambda: recording(100))
    cache.get_or_make("a", never)
    cache.get_or_make("c", lambda: recording(100))
    assert cache.get_or_make("a", never)[1]
    assert cache.get_or_make("c", never)[1]
    assert not cache.get_or_make("b", lambda: recording(100))[1]


def test_a_recording_counts_its_audio_its_words_and_their_syllables() -> None:
    def timed(word: WordTiming) -> int:
        return Recording(b"", 24000, 1.0, (word,) * 100, 0.0, 0.0, 0.0).size

    word = WordTiming("你好", 0.0, 0.5, 0, 2)
    syllables = (SyllableTiming("ni2", 0.0, 0.2), SyllableTiming("hao3", 0.2, 0.5))
    assert recording(1000).size == BARE + 1000
    assert timed(word) > BARE + 100 * 100
    assert timed(replace(word, syllables=syllables)) > timed(word) + 200 * 100


@pytest.mark.parametrize("max_bytes", [0, BARE + 99])
def test_what_is_larger_than_the_whole_cache_is_served_but_not_kept(max_bytes: int) -> None:
    cache = AudioCache(max_bytes, max_followers=1)
    for _ in range(2):
        made, hit = cache.get_or_make("key", lambda: recording(100))
        assert (len(made.audio), hit) == (100, False)


def test_callers_at_once_share_one_making() -> None:
    cache = AudioCache(10_000, max_followers=5)
    made = []
    go = threading.Event()

    def make() -> Recording:
        go.wait()
        made.append(recording())
        return made[-1]

    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(cache.get_or_make, "key", make) for _ in range(6)]
        go.set()
        results = [future.result() for future in waiting]
    assert len(made) == 1
    assert all(result is made[0] for result, _ in results)
    assert sorted(hit for _, hit in results) == [False] + [True] * 5


def test_callers_with_other_keys_do_not_wait() -> None:
    cache = AudioCache(10_000, max_followers=1)
    go, started = threading.Event(), threading.Event()

    def slow() -> Recording:
        started.set()
        go.wait()
        return recording()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(cache.get_or_make, "slow", slow)
        started.wait()
        assert not cache.get_or_make("quick", recording)[1]
        go.set()
        held.result()


def test_an_error_reaches_all_that_wait_and_is_not_kept() -> None:
    cache = AudioCache(10_000, max_followers=3)
    go = threading.Event()

    def fail() -> Recording:
        go.wait()
        raise ValueError("no")

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(cache.get_or_make, "key", fail) for _ in range(3)]
        go.set()
        assert all(isinstance(future.exception(), ValueError) for future in waiting)
    assert not cache.get_or_make("key", recording)[1]


def test_one_follower_too_many_is_turned_away_at_once() -> None:
    cache = AudioCache(10_000, max_followers=0)
    go, started = threading.Event(), threading.Event()

    def slow() -> Recording:
        started.set()
        go.wait()
        return recording()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(cache.get_or_make, "key", slow)
        started.wait()
        with pytest.raises(BusyError) as raised:
            cache.get_or_make("key", never)
        assert raised.value.retry_after > 0
        go.set()
        held.result()
    assert cache.get_or_make("key", never)[1]


class TestKey:
    def test_the_order_of_members_does_not_matter(self) -> None:
        assert cache_key({"a": 1, "b": 2}) == cache_key({"b": 2, "a": 1})

    def test_every_value_matters(self) -> None:
        parts = [{"a": 1}, {"a": 1.5}, {"a": "1"}, {"a": None}, {"b": 1}, {"a": {"b": 1}}, {"a": "你"}]
        assert len({cache_key(part) for part in parts}) == len(parts)

    def test_it_is_a_sha_256(self) -> None:
        assert len(bytes.fromhex(cache_key({}))) == 32
