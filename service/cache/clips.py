"""Sentences as they were spoken, for texts that have some in common."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from service.cache.packing import CorruptError, pack_clips, unpack_clip
from service.cache.store import Store, StoreError
from service.voice import Clip

_PREFIX = "clip:"


class ClipCache:
    """Clips of sentences by key; a ``service.clips.ClipStore``. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        """Keeps clips in ``store``, beside whatever else is there."""
        self._store = store

    def get(self, key: str) -> tuple[Clip, ...] | None:
        """A sentence as one clip; None if it is not kept or the store takes too long."""
        with suppress(StoreError):
            packed = self._store.peek(_PREFIX + key)
            try:
                return (unpack_clip(packed),) if packed else None
            except CorruptError:
                self._store.discard(_PREFIX + key)
        return None

    def put(self, key: str, clips: Sequence[Clip]) -> None:
        """Keeps the clips of a whole sentence; their samples lie on the 16 bit grid of ``quantized``."""
        self._store.put(_PREFIX + key, pack_clips(clips))
