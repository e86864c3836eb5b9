"""Names for what is kept."""

from __future__ import annotations

import hashlib
import json


def cache_key(parts: object) -> str:
    """The SHA-256 of ``parts``, a JSON value that holds everything that changes the audio."""
    canonical = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
