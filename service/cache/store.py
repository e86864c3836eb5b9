"""What it takes to keep bytes by name: in the memory of a process, or in a Redis that many share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

LARGEST_VALUE = 64 * 1024 * 1024
"""Bytes; what is larger is never kept."""


class StoreError(Exception):
    """The store was asked, and did not answer or would not."""


class RestingError(StoreError):
    """The store failed a moment ago and is left alone for a while; it has not been asked.

    Attributes:
        retry_after: seconds until it will be asked again.
    """

    def __init__(self, retry_after: float) -> None:
        super().__init__("The audio cache does not answer.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to make what belongs under a name, while others wait for it.

    Attributes:
        name: of what is made.
        token: tells this lease from all others.
    """

    name: str
    token: str


def nobody(_: bool) -> None:
    """For ``put`` where nobody has to know."""


class Store(Protocol):
    """Keeps values for a time, as long as there is room. Safe to share between threads."""

    def claim(self, name: str) -> bytes | Lease | None:
        """The value, else the right to make it, else None: somebody else is making it.

        Raises:
            StoreError: neither is to be had.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Gives back a lease without a value; others may claim."""
        ...

    def put(
        self, name: str, value: bytes, lease: Lease | None = None, told: Callable[[bool], None] = nobody
    ) -> None:
        """Keeps a value for the full time and ends the lease on it, perhaps behind the caller's back.

        ``told`` is called once it is certain whether the value is kept.
        """
        ...

    def find(self, name: str) -> tuple[bytes, float] | None:
        """The value, and for how many seconds it is still kept; None if it is not.

        Raises:
            StoreError: there is no telling.
        """
        ...

    def peek(self, name: str) -> bytes | None:
        """The value, for who can well do without; None if it is not there.

        Raises:
            StoreError: it would take too long, or there is no telling.
        """
        ...

    def hold(self, name: str) -> float | None:
        """Keeps a value for the full time from now on: so many seconds; None if it is not there.

        Raises:
            StoreError: there is no telling.
        """
        ...

    def discard(self, name: str) -> None:
        """Forgets a value.

        Raises:
            StoreError: it may still be there.
        """
        ...

    def sweep(self) -> int:
        """Removes what is too old and gives how many values that were."""
        ...

    def close(self) -> None:
        """Ends what runs in the background, once what has been put is kept."""
        ...
