"""A process that shares a Redis with others: ``python -m tests.cache.replica URL KEY SECONDS LEASE_SECONDS``.

It says "making" when it begins to make a recording, which takes that many seconds, and at last whether it
was there already and what it holds.
"""

from __future__ import annotations

import sys
import time

from service.cache.audio import AudioCache
from service.cache.redis_store import RedisStore
from service.observability.metrics import Metrics
from service.recording import Recording
from tests.cache.speech import recording


def main(url: str, key: str, seconds: float, lease_seconds: float) -> None:
    store = RedisStore(url, 60, lease_seconds)

    def make() -> Recording:
        print("making", flush=True)
        time.sleep(seconds)
        return recording(b"made elsewhere")

    made, hit = AudioCache(store, Metrics()).get_or_make(key, make)
    store.close()
    print(hit, made.audio.decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
