"""Signs of life for the leases of a process, so that others wait as long as it works, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from threading import Condition, Thread

from service.cache.store import Lease


class Heartbeat:
    """A thread that renews the leases it is given. It starts with the first of them."""

    def __init__(self, seconds: float, renew: Callable[[Collection[Lease]], None]) -> None:
        """Calls ``renew``, which raises nothing, every so many seconds with all leases there are."""
        self._seconds = seconds
        self._renew = renew
        self._leases: dict[str, Lease] = {}
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def add(self, lease: Lease) -> None:
        """Renews a lease from now on."""
        with self._changed:
            self._leases[lease.token] = lease
            if self._thread is None:
                self._thread = Thread(target=self._run, name="cache-heartbeat", daemon=True)
                self._thread.start()
            self._changed.notify()

    def drop(self, lease: Lease) -> None:
        """Renews it no more."""
        with self._changed:
            self._leases.pop(lease.token, None)

    def close(self) -> None:
        """Renews nothing more."""
        with self._changed:
            self._closed = True
            self._leases.clear()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._leases or self._closed)
                self._changed.wait_for(lambda: self._closed, self._seconds)
                if self._closed:
                    return
                leases = tuple(self._leases.values())
            if leases:
                self._renew(leases)
