"""Whole recordings: made once, kept for all."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, repeat

from service.cache.flights import Flight, Flights, Made, Result
from service.cache.packing import CorruptError, pack_recording, unpack_recording
from service.cache.store import Lease, RestingError, Store, StoreError
from service.observability.metrics import Metrics
from service.recording import Recording
from service.runtime.gate import BusyError
from service.runtime.patience import Patience, PatienceError

_PERSONAL = (BusyError, PatienceError)
"""What says something about the caller that made the recording, and nothing about the recording."""

_PAUSES = (0.01, 0.02, 0.04, 0.08)  # seconds between looks at what another process makes; then the last again
_SETTLING_SECONDS = 3.0  # how long a store may take to keep something, for who must know

_PREFIX = "audio:"


def cache_key(parts: object) -> str:
    """The SHA-256 of ``parts``, a JSON value that holds everything that changes the audio."""
    canonical = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


class AudioCache:
    """Recordings by key. Safe to share between threads.

    When several callers miss the same key at once, in this process or in others that share its store, one
    makes the recording and the others wait for it. If it fails, those in this process get the error, which
    would be the same for each of them; but if its maker was refused, gave up or died, another one takes over.
    """

    def __init__(self, store: Store, metrics: Metrics) -> None:
        """Keeps recordings in ``store`` and counts what becomes of questions."""
        self._store = store
        self._metrics = metrics
        self._flights = Flights()

    def get_or_make(
        self, key: str, make: Callable[[], Recording], patience: Patience | None = None
    ) -> tuple[Recording, bool]:
        """The recording for ``key``, and whether it was there already or being made for another caller.

        Without an answer from the store it is made at once.

        Raises:
            PatienceError: the caller does not wait any longer for others.
            Exception: whatever ``make`` raises.
        """
        patience = patience or Patience()
        made = None
        while made is None:
            flight, leads = self._flights.join(key)
            made = self._lead(key, flight, make, patience) if leads else flight.wait(patience)
        recording, result = made
        self._metrics.cache_requests.labels(result).inc()
        return recording, result in ("hit", "shared")

    def get(self, key: str) -> tuple[Recording, float] | None:
        """A recording that is kept, and for how many seconds it still is.

        Raises:
            StoreError: there is no telling.
        """
        found = self._store.find(_PREFIX + key)
        recording = found and self._unpacked(_PREFIX + key, found[0])
        return (recording, found[1]) if found and recording else None

    def hold(self, key: str) -> float | None:
        """Makes sure that what has been made can be had from every replica, with the full time from now on.

        Returns:
            For how many seconds; None if it cannot be had.
        """
        flight = self._flights.find(key)
        with suppress(StoreError):
            seconds = self._store.hold(_PREFIX + key)
            if seconds is None and flight and flight.settled.wait(_SETTLING_SECONDS):
                seconds = self._store.hold(_PREFIX + key)
            return seconds
        return None

    def sweep(self) -> int:
        """Removes what is too old from the memory of this process and gives how much that was."""
        return self._store.sweep()

    def _lead(self, key: str, flight: Flight, make: Callable[[], Recording], patience: Patience) -> Made:
        lease: Lease | None = None
        try:
            found, lease, result = self._find_or_claim(_PREFIX + key, patience)
            recording = found or make()
            packed = b"" if found else pack_recording(recording)
        except BaseException as error:
            self._flights.settle(key)
            flight.land(error=_common(error))
            if lease:
                self._store.release(lease)
            raise
        flight.land((recording, "hit" if result == "hit" else "shared"))
        if found:
            self._flights.settle(key)
        else:  # until it is kept, whoever asks joins this flight
            self._store.put(_PREFIX + key, packed, lease, lambda _: self._flights.settle(key))
        return recording, result

    def _find_or_claim(self, name: str, patience: Patience) -> tuple[Recording | None, Lease | None, Result]:
        """A recording, or a lease to make it, or neither where the store does not answer."""
        waited = False
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            patience.check()
            try:
                claimed = self._store.claim(name)
                if isinstance(claimed, Lease):
                    return None, claimed, "miss"
                if claimed is not None:
                    if recording := self._unpacked(name, claimed):
                        return recording, None, "shared" if waited else "hit"
                    continue
            except StoreError as error:
                return None, None, "skipped" if isinstance(error, RestingError) else "error"
            waited = True
            time.sleep(pause)
        raise AssertionError("the pauses never end")

    def _unpacked(self, name: str, packed: bytes) -> Recording | None:
        """A recording; None where it is none, which is forgotten then."""
        try:
            return unpack_recording(packed)
        except CorruptError:
            self._store.discard(name)
            return None


def _common(error: BaseException) -> Exception | None:
    """An error that all who wait would have met as well; None for a matter of its caller alone."""
    return error if isinstance(error, Exception) and not isinstance(error, _PERSONAL) else None
