"""Jobs inside one process: they end with it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from service.jobs.job import (
    CALLBACK,
    STATUSES,
    UNFINISHED,
    Attempt,
    Failure,
    Item,
    Job,
    JobState,
    JobsUnavailableError,
    Status,
    progress,
)
from service.recording import Recording

_CHARACTER_BYTES = 4


@dataclass(slots=True)
class _Work:
    """An item: how often it was begun, and whether somebody is at it."""

    open: bool = True
    held: bool = False
    token: int = 0
    count: int = 0
    progress: float = 0.0
    recording: Recording | None = None


@dataclass(slots=True)
class _Record:
    job: Job
    expires: float
    size: int
    status: Status = "queued"
    failure: Failure | None = None
    work: dict[int, _Work] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether it is done or has failed."""
        return self.status in ("done", "failed")


class MemoryJobStore:
    """A ``JobStore`` in memory. Results of the oldest jobs go where there is too much of them."""

    def __init__(self, seconds: float, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Keeps each job for ``seconds``, and about ``max_bytes`` of texts and results altogether."""
        self._seconds, self._max_bytes, self._clock = seconds, max_bytes, clock
        self._records: dict[str, _Record] = {}  # the oldest first
        self._used = 0  # bytes
        self._lock = threading.RLock()

    def add(self, job: Job) -> None:
        """See ``JobStore``."""
        record = _Record(job, self._clock() + self._seconds, _CHARACTER_BYTES * job.characters)
        record.work = {part: _Work() for part in job.parts}
        with self._lock:
            if not self._make_room(record.size):
                raise JobsUnavailableError
            self._records[job.task_id] = record
            self._used += record.size

    def sent(self, item: Item, message: str) -> None:
        """Nothing: a process does not lose its own messages."""

    def start(self, item: Item) -> Attempt | None:
        """See ``JobStore``."""
        with self._lock:
            record, work = self._open(item)
            if record is None or work is None or work.held:
                return None
            work.held = True
            work.token += 1
            work.count += 1
            if record.status == "queued":
                record.status = "running"
            return Attempt(item, work.token, work.count, record.job)

    def beat(self, attempt: Attempt, progress: float) -> bool:
        """See ``JobStore``."""
        with self._lock:
            work = self._held(attempt)[1]
            if work is not None:
                work.progress = progress
            return work is not None

    def finish(self, attempt: Attempt, recording: Recording | None) -> Status | None:
        """See ``JobStore``."""
        with self._lock:
            record, work = self._open(attempt.item)
            if record is None or work is None:
                return None
            work.open, work.recording, work.progress = False, recording, 1.0
            self._grow(record, recording.size if recording else 0)
            if not record.ended and not any(work.open for work in record.work.values()):
                self._end(record, "done")
                self._make_room(0, but=record)
            return record.status

    def fail(self, attempt: Attempt, failure: Failure) -> bool:
        """See ``JobStore``."""
        with self._lock:
            record, _ = self._held(attempt)
            if record is None:
                return False
            record.failure = failure
            for work in record.work.values():
                self._grow(record, -work.recording.size if work.recording else 0)
                work.open, work.recording = False, None
            self._end(record, "failed")
            return True

    def release(self, attempt: Attempt, *, counted: bool, delay: float = 0.0) -> None:  # noqa: ARG002
        """See ``JobStore``."""
        with self._lock:
            _, work = self._held(attempt)
            if work is not None:
                work.held = False
                work.count -= not counted

    def find(self, task_id: str) -> JobState | None:
        """See ``JobStore``."""
        with self._lock:
            record = self._record(task_id)
            if record is None:
                return None
            parts = [record.work[part] for part in record.job.parts]
            done = progress(record.job, [part.progress for part in parts])
            attempts = sum(part.token for part in parts)
            return JobState(record.job, record.status, done, record.failure, attempts)

    def recordings(self, job: Job) -> list[Recording] | None:
        """See ``JobStore``."""
        with self._lock:
            record = self._record(job.task_id)
            kept = [record.work[part].recording for part in job.parts] if record else []
            found = [recording for recording in kept if recording]
            return found if len(found) == len(job.parts) else None

    def remove(self, task_id: str) -> Status | None:
        """See ``JobStore``."""
        with self._lock:
            record = self._record(task_id)
            if record is None:
                return None
            self._forget(record)
            return record.status

    def counts(self) -> Mapping[Status, int]:
        """See ``JobStore``."""
        with self._lock:
            found = Counter(record.status for record in self._records.values())
            return {status: found[status] for status in STATUSES}

    def oldest(self) -> Mapping[Status, float]:
        """See ``JobStore``."""
        asked = self._clock() + self._seconds
        with self._lock:
            records = list(self._records.values())
        return {
            status: max(
                (asked - record.expires for record in records if record.status == status), default=0.0
            )
            for status in UNFINISHED
        }

    def expire(self) -> int:
        """See ``JobStore``."""
        with self._lock:
            before = len(self._records)
            for task_id in list(self._records):
                self._record(task_id)
            return before - len(self._records)

    def orphans(self, waiting: Callable[[], Collection[str]]) -> list[Item]:  # noqa: ARG002
        """None: a process does not lose its own messages."""
        return []

    def _record(self, task_id: str) -> _Record | None:
        record = self._records.get(task_id)
        if record is not None and record.expires <= self._clock():
            self._forget(record)
            return None
        return record

    def _forget(self, record: _Record) -> None:
        del self._records[record.job.task_id]
        self._used -= record.size

    def _grow(self, record: _Record, size: int) -> None:
        record.size += size
        self._used += size

    def _open(self, item: Item) -> tuple[_Record | None, _Work | None]:
        record = self._record(item.task_id)
        work = record.work.get(item.part) if record else None
        return record, work if work and work.open else None

    def _held(self, attempt: Attempt) -> tuple[_Record, _Work] | tuple[None, None]:
        """What the attempt is at, unless it has been overtaken."""
        record, work = self._open(attempt.item)
        if record is None or work is None or work.token != attempt.token:
            return None, None
        return record, work

    def _end(self, record: _Record, status: Status) -> None:
        record.status = status
        record.expires = self._clock() + self._seconds
        if record.job.callback_url:
            record.work[CALLBACK] = _Work()

    def _make_room(self, size: int, but: _Record | None = None) -> bool:
        """Forgets the oldest jobs that have ended until ``size`` bytes more fit in; gives whether they do."""
        for record in list(self._records.values()) if self._used + size > self._max_bytes else ():
            if self._used + size > self._max_bytes and record.ended and record is not but:
                self._forget(record)
        return self._used + size <= self._max_bytes
