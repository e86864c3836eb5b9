"""API keys. The service knows only their hashes, so that its settings let nobody in."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

_PREFIX = "qs_"  # so that people and secret scanners know one when they see it
_RANDOM_BYTES = 32
_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
_ENTRY = re.compile(rf"({_NAME}):([0-9a-f]{{64}})")


def generate() -> str:
    """A new key: ``qs_`` and 43 characters that need no escaping in a URL or a shell, 256 random bits."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def hashed(key: str) -> str:
    """SHA-256 of a key as 64 hexadecimal digits.

    A slow hash, as passwords need it, would only cost time in each request: a password can be guessed,
    256 random bits cannot, however fast one may try.
    """
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def entry(name: str, key: str) -> str:
    """What ``TTS_API_KEYS`` lists for a key: ``name:hash``.

    Raises:
        ValueError: the name would not do in such a list or in a log.
    """
    if not re.fullmatch(_NAME, name):
        raise ValueError("A key's name is 1 to 64 letters, digits, dots, hyphens and underscores.")
    return f"{name}:{hashed(key)}"


class KeyRing:
    """The keys that are accepted. Two may have one name, while one takes over from the other."""

    def __init__(self, entries: Iterable[str]) -> None:
        """Takes entries as ``entry`` makes them.

        Raises:
            ValueError: one is malformed. The message tells its place, for it may be a key that was
                mistaken for its entry.
        """
        self._hashes: list[tuple[str, str]] = []
        for place, text in enumerate(entries, start=1):
            match = _ENTRY.fullmatch(text)
            if match is None:
                raise ValueError(
                    f"API key {place} of the list is not a name:hash as `qingsheng key` prints it."
                )
            self._hashes.append((match[1], match[2]))

    def __len__(self) -> int:
        return len(self._hashes)

    def sign(self, path: str) -> str:
        """A signature that lets whoever has it ask for ``path``, 64 hexadecimal digits; empty without keys.

        Whoever knows a key could make one, and needs none.
        """
        return _signature(self._hashes[0][1], path) if self._hashes else ""

    def signed(self, path: str, signature: str) -> bool:
        """Whether ``sign`` made the signature, with any of the keys that are accepted now."""
        found = False
        for _, known in self._hashes:
            found |= hmac.compare_digest(
                _signature(known, path).encode(), signature.encode("utf-8", "replace")
            )
        return found

    def name_of(self, key: str) -> str | None:
        """The name that a key goes by, or None for a stranger's; equally slow for all of them."""
        asked = hashed(key)
        found = None
        for name, known in self._hashes:
            if hmac.compare_digest(asked, known):
                found = name
        return found


def _signature(secret: str, path: str) -> str:
    return hmac.new(secret.encode("ascii"), path.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
