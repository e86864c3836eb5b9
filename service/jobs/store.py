"""Where jobs are kept, whoever works on them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from service.jobs.job import Attempt, Failure, Item, Job, JobState, Status
from service.recording import Recording


class JobStore(Protocol):
    """Jobs, their results, and who is at work on which item. Implementations are safe to share.

    An item is open from when its job is added (a callback: from the job's end) until it is finished. Each
    method is atomic. Those of an implementation that is away raise one of ``service.jobs.away.AWAY``.
    """

    def add(self, job: Job) -> None:
        """Keeps a new job, all of its parts open.

        Raises:
            JobsUnavailableError: there is no room for it.
        """
        ...

    def sent(self, item: Item, message: str) -> None:
        """Notes the id of the message that goes round for an item."""
        ...

    def start(self, item: Item) -> Attempt | None:
        """Takes an item to work on it, or gives None: it is not open, or somebody else is at it."""
        ...

    def beat(self, attempt: Attempt, progress: float) -> bool:
        """Says that the attempt is alive and how far it is, 0 to 1; gives whether it is still wanted."""
        ...

    def finish(self, attempt: Attempt, recording: Recording | None) -> Status | None:
        """Closes an item with its result; the first one counts, whichever attempt it comes from.

        Gives what the job has become, or None where that was too late. Only a callback has no recording.
        """
        ...

    def fail(self, attempt: Attempt, failure: Failure) -> bool:
        """Ends the whole job, unless the attempt has been overtaken; gives whether it was so."""
        ...

    def release(self, attempt: Attempt, *, counted: bool, delay: float = 0.0) -> None:
        """Ends an attempt without a result; its message comes after ``delay`` seconds.

        One that is not ``counted`` is as if it had never been.
        """
        ...

    def find(self, task_id: str) -> JobState | None:
        """The job, or None where it is unknown or expired."""
        ...

    def recordings(self, job: Job) -> list[Recording] | None:
        """All results of a job that is done, in their order, or None where some have expired."""
        ...

    def remove(self, task_id: str) -> Status | None:
        """Forgets a job and closes its items; gives what it was, or None where it is unknown or expired."""
        ...

    def counts(self) -> Mapping[Status, int]:
        """How many jobs there are by status."""
        ...

    def oldest(self) -> Mapping[Status, float]:
        """Seconds since the oldest job of each unfinished status was asked for; 0 where there is none."""
        ...

    def expire(self) -> int:
        """Removes what is left of jobs that are too old; gives how many there were."""
        ...

    def orphans(self, waiting: Callable[[], Collection[str]]) -> list[Item]:
        """Open items that nobody works on and no message goes round for.

        Args:
            waiting: gives the ids of all messages that wait to be taken.
        """
        ...
