"""Values in the memory of this process: least recently used first out, bounded in bytes and in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from cachetools import TTLCache

from service.cache.store import LARGEST_VALUE, Lease, nobody

_ENTRY_BYTES = 400  # about what an entry takes beside its value: its name, and links of the cache


class MemoryStore:
    """A ``Store`` of one process, in which nobody else makes anything."""

    def __init__(self, max_bytes: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Keeps at most ``max_bytes``, each value for ``seconds``."""
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._kept: TTLCache[str, tuple[bytes, float]] = TTLCache(
            max_bytes, seconds, timer=clock, getsizeof=lambda kept: len(kept[0]) + _ENTRY_BYTES
        )

    def claim(self, name: str) -> bytes | Lease | None:
        """See ``Store``."""
        found = self.find(name)
        return found[0] if found else Lease(name, "")

    def release(self, lease: Lease) -> None:
        """See ``Store``; there is nobody who could wait."""

    def put(
        self,
        name: str,
        value: bytes,
        lease: Lease | None = None,  # noqa: ARG002  there is nobody who could wait
        told: Callable[[bool], None] = nobody,
    ) -> None:
        """See ``Store``; what does not fit is not kept."""
        kept = False
        with self._lock, suppress(ValueError):  # larger than all of the memory
            if len(value) <= LARGEST_VALUE:
                self._kept[name] = value, self._clock() + self._seconds
                kept = True
        told(kept)

    def find(self, name: str) -> tuple[bytes, float] | None:
        """See ``Store``."""
        with self._lock:
            found = self._kept.get(name)
        return (found[0], max(0.0, found[1] - self._clock())) if found else None

    def peek(self, name: str) -> bytes | None:
        """See ``Store``."""
        found = self.find(name)
        return found[0] if found else None

    def hold(self, name: str) -> float | None:
        """See ``Store``."""
        with self._lock:
            found = self._kept.get(name)
            if not found:
                return None
            self._kept[name] = found[0], self._clock() + self._seconds
        return self._seconds

    def discard(self, name: str) -> None:
        """See ``Store``."""
        with self._lock:
            self._kept.pop(name, None)

    def sweep(self) -> int:
        """See ``Store``."""
        with self._lock:
            return len(self._kept.expire())

    def close(self) -> None:
        """See ``Store``; nothing runs in the background."""
