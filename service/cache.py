"""Spoken audio kept in memory: least recently used first out, bounded in bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock

from cachetools import LRUCache

from service.recording import Recording
from service.runtime.gate import BusyError

FOLLOWERS_RETRY_AFTER = 1.0
"""Seconds after which a caller should come back that was one too many to wait for the same audio."""


def cache_key(parts: object) -> str:
    """The SHA-256 of ``parts``, a JSON value that holds everything that changes the audio."""
    canonical = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


class AudioCache:
    """Recordings by key, safe to use from many threads.

    When several callers miss the same key at once, one of them makes the recording and the others wait
    for it. If making fails, they all get the error: it would be the same for each of them, or it says
    that the service is too busy to try again.
    """

    def __init__(self, max_bytes: int, max_followers: int) -> None:
        """Keeps at most ``max_bytes``; at most ``max_followers`` callers wait for others' recordings."""
        self._kept: LRUCache[str, Recording] = LRUCache(max_bytes, getsizeof=lambda recording: recording.size)
        self._flights: dict[str, Future[Recording]] = {}
        self._followers = 0
        self._max_followers = max_followers
        self._lock = Lock()

    def get_or_make(self, key: str, make: Callable[[], Recording], patience: object = None) -> tuple[Recording, bool]:
        """The recording for ``key``, and whether it was there already or being made for another caller.

        Raises:
            BusyError: too many callers wait for recordings that are being made.
            Exception: whatever ``make`` raises.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                return kept, True
            flight = self._flights.get(key)
            if flight is None:
                own = self._flights[key] = Future()
            elif self._followers >= self._max_followers:
                raise BusyError(FOLLOWERS_RETRY_AFTER)
            else:
                self._followers += 1
        return (self._lead(key, own, make), False) if flight is None else (self._follow(flight), True)

    def _lead(self, key: str, flight: Future[Recording], make: Callable[[], Recording]) -> Recording:
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                del self._flights[key]
            flight.set_exception(error)
            raise
        with self._lock:
            del self._flights[key]
            with suppress(ValueError):  # larger than the whole cache: simply not kept
                self._kept[key] = made
        flight.set_result(made)
        return made

    def _follow(self, flight: Future[Recording]) -> Recording:
        try:
            return flight.result()
        finally:
            with self._lock:
                self._followers -= 1
