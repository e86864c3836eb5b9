"""The audio cache: one caller makes what all others that want it wait for, in one process or in many."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.cache.audio import AudioCache
from service.cache.memory_store import MemoryStore
from service.cache.redis_store import RedisStore
from service.cache.store import Store, StoreError
from service.observability.metrics import Metrics
from service.recording import Recording
from service.runtime.gate import BusyError
from service.runtime.patience import CancelledError, OutOfTimeError, Patience
from service.voice import VoiceFailedError
from tests.cache.speech import WORD, never, recording
from tests.cache.waiting import eventually
from tests.redis_server import RedisServer

Counted = Callable[[], dict[str, float]]
NewStore = Callable[..., RedisStore]


class Making:
    """A ``make`` that tells when it has begun, and ends when it may."""

    def __init__(self, *results: Recording | BaseException) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.count = 0
        self._results = results or (recording(),)

    def __call__(self) -> Recording:
        result = self._results[min(self.count, len(self._results) - 1)]
        self.count += 1
        self.begun.set()
        self.may_end.wait()
        if isinstance(result, BaseException):
            raise result
        return result


class TestHits:
    def test_what_was_made_once_is_a_hit_from_then_on(self, cache: AudioCache) -> None:
        made = recording(b"audio", WORD)
        assert cache.get_or_make("key", lambda: made) == (made, False)
        assert cache.get_or_make("key", never) == (made, True)

    def test_it_is_got_with_the_time_that_it_has_left(self, cache: AudioCache) -> None:
        assert cache.get("key") is None
        cache.get_or_make("key", recording)
        assert cache.hold("key") == 60
        found = cache.get("key")
        assert found is not None
        assert found[0] == recording()
        assert 0 < found[1] <= 60

    def test_what_is_not_kept_cannot_be_held(self, cache: AudioCache) -> None:
        assert cache.hold("key") is None

    def test_what_cannot_be_kept_is_served_all_the_same(self, metrics: Metrics) -> None:
        cache = AudioCache(MemoryStore(0, 60), metrics)
        for _ in range(2):
            assert cache.get_or_make("key", recording) == (recording(), False)
        assert cache.hold("key") is None

    def test_a_corrupt_value_is_forgotten_and_made_again(self, store: Store, cache: AudioCache) -> None:
        for forget in (lambda: cache.get("key"), lambda: cache.get_or_make("key", recording)):
            store.put("audio:key", b'{"size":5}\nsound')
            assert eventually(lambda: store.find("audio:key"))
            forget()
        assert cache.get_or_make("key", never) == (recording(), True)

    def test_questions_are_counted(self, store: Store, metrics: Metrics, counted: Counted) -> None:
        """Asked of another replica: its maker may still share what it is about to keep."""
        maker, other = AudioCache(store, metrics), AudioCache(store, metrics)
        maker.get_or_make("key", recording)
        maker.hold("key")
        for _ in range(3):
            other.get_or_make("key", never)
        assert counted() == {"miss": 1, "hit": 3}


class TestCallersAtOnce:
    def test_they_share_one_making(self, cache: AudioCache, counted: Counted) -> None:
        make = Making()
        with ThreadPoolExecutor(6) as pool:
            waiting = [pool.submit(cache.get_or_make, "key", make) for _ in range(6)]
            make.begun.wait()
            make.may_end.set()
            results = [future.result() for future in waiting]
        assert make.count == 1
        assert sorted(hit for _, hit in results) == [False] + [True] * 5
        assert counted()["miss"] == 1

    def test_those_with_other_keys_do_not_wait(self, cache: AudioCache) -> None:
        make = Making()
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(cache.get_or_make, "slow", make)
            make.begun.wait()
            assert not cache.get_or_make("quick", recording)[1]
            make.may_end.set()
            held.result()

    def test_a_real_failure_reaches_all_of_them_and_is_not_kept(self, cache: AudioCache) -> None:
        make = Making(VoiceFailedError("no"))
        with ThreadPoolExecutor(3) as pool:
            first = pool.submit(cache.get_or_make, "key", make)
            make.begun.wait()
            others = [pool.submit(cache.get_or_make, "key", make) for _ in range(2)]
            time.sleep(0.05)
            make.may_end.set()
            assert all(isinstance(f.exception(), VoiceFailedError) for f in (first, *others))
        assert not cache.get_or_make("key", recording)[1]

    @pytest.mark.parametrize("trouble", [BusyError(1.0), OutOfTimeError(), CancelledError(), SystemExit()])
    def test_the_trouble_of_who_makes_it_is_not_theirs(
        self, cache: AudioCache, trouble: BaseException
    ) -> None:
        make = Making(trouble, recording())
        with ThreadPoolExecutor(3) as pool:
            first = pool.submit(cache.get_or_make, "key", make)
            make.begun.wait()
            others = [pool.submit(cache.get_or_make, "key", make) for _ in range(2)]
            time.sleep(0.05)
            make.may_end.set()
            assert first.exception() is trouble
            assert sorted(future.result()[1] for future in others) == [False, True]
        assert make.count == 2

    def test_a_follower_waits_no_longer_than_it_likes(self, cache: AudioCache) -> None:
        make = Making()
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(cache.get_or_make, "key", make)
            make.begun.wait()
            with pytest.raises(OutOfTimeError):
                cache.get_or_make("key", never, Patience(0.05))
            make.may_end.set()
            held.result()

    def test_a_follower_that_is_cancelled_stops_waiting(self, cache: AudioCache) -> None:
        make, patience = Making(), Patience()
        with ThreadPoolExecutor(2) as pool:
            held = pool.submit(cache.get_or_make, "key", make)
            make.begun.wait()
            follower = pool.submit(cache.get_or_make, "key", never, patience)
            patience.cancel()
            assert isinstance(follower.exception(), CancelledError)
            make.may_end.set()
            held.result()


class TestReplicas:
    @pytest.fixture
    def caches(self, redis_store: NewStore, metrics: Metrics) -> list[AudioCache]:
        return [AudioCache(redis_store(), metrics) for _ in range(2)]

    def test_they_share_what_they_make(self, caches: list[AudioCache]) -> None:
        one, other = caches
        made, _ = one.get_or_make("key", lambda: recording(b"audio", WORD))
        assert other.get_or_make("key", never) == (made, True)

    def test_what_one_holds_the_other_has_at_once(self, caches: list[AudioCache]) -> None:
        one, other = caches
        for key in map(str, range(20)):
            one.get_or_make(key, lambda: recording(bytes(300_000)))
            assert one.hold(key) == 60
            assert other.get(key) is not None

    def test_callers_of_all_of_them_share_one_making(
        self, caches: list[AudioCache], counted: Counted
    ) -> None:
        make = Making()
        with ThreadPoolExecutor(8) as pool:
            waiting = [pool.submit(caches[n % 2].get_or_make, "key", make) for n in range(8)]
            make.begun.wait()
            time.sleep(0.05)
            make.may_end.set()
            results = [future.result() for future in waiting]
        assert make.count == 1
        assert {made.audio for made, _ in results} == {b"audio"}
        assert sorted(hit for _, hit in results) == [False] + [True] * 7
        assert counted()["miss"] == 1

    def test_after_a_failure_another_one_tries_itself(self, caches: list[AudioCache]) -> None:
        one, other = caches
        failing = Making(VoiceFailedError("no"))
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(one.get_or_make, "key", failing)
            failing.begun.wait()
            second = pool.submit(other.get_or_make, "key", recording)
            failing.may_end.set()
            assert isinstance(first.exception(), VoiceFailedError)
            assert second.result() == (recording(), False)

    def test_waiting_for_another_one_ends_with_patience(self, caches: list[AudioCache]) -> None:
        one, other = caches
        make = Making()
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(one.get_or_make, "key", make)
            make.begun.wait()
            with pytest.raises(OutOfTimeError):
                other.get_or_make("key", never, Patience(0.05))
            make.may_end.set()
            held.result()


class TestARedisInTrouble:
    @pytest.fixture
    def cache(self, redis_store: NewStore, metrics: Metrics) -> AudioCache:
        return AudioCache(redis_store(), metrics)

    def test_what_is_made_in_a_short_rest_is_kept_behind_it(
        self, server: RedisServer, cache: AudioCache, counted: Counted
    ) -> None:
        server.kill()
        cache.get_or_make("a", recording)
        server.start()
        cache.get_or_make("b", recording)
        assert counted() == {"error": 1, "skipped": 1}
        with server.client() as client:
            assert eventually(lambda: client.exists("tts:1:audio:b"))

    def test_while_it_is_gone_recordings_are_made_and_it_is_left_alone(
        self, server: RedisServer, cache: AudioCache, counted: Counted
    ) -> None:
        server.kill()
        for key in "abcde":
            assert cache.get_or_make(key, recording) == (recording(), False)
        assert counted() == {"error": 1, "skipped": 4}
        with pytest.raises(StoreError):
            cache.get("key")
        assert cache.hold("key") is None

    @pytest.mark.parametrize("trouble", ["stop", "freeze"])
    def test_one_that_comes_back_is_used_again(
        self, server: RedisServer, cache: AudioCache, counted: Counted, trouble: str
    ) -> None:
        cache.get_or_make("key", recording)
        assert cache.hold("key")
        getattr(server, trouble)()
        assert cache.get_or_make("another", recording) == (recording(), False)
        server.start() if trouble == "stop" else server.thaw()
        assert eventually(lambda: cache.get_or_make("key", recording) and counted().get("hit")) == 1

    def test_when_it_goes_while_others_wait_they_still_share_one_making_in_this_process(
        self, server: RedisServer, cache: AudioCache
    ) -> None:
        make = Making()
        with ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(cache.get_or_make, "key", make) for _ in range(4)]
            make.begun.wait()
            server.kill()
            time.sleep(0.05)
            make.may_end.set()
            assert all(future.result()[0] == recording() for future in waiting)
        assert make.count == 1
