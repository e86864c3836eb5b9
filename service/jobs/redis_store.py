"""Jobs in Redis: any process may ask for them, work on them and end at any time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import redis

from service.cache.packing import CorruptError, pack_recording, unpack_recording
from service.jobs import scripts
from service.jobs.away import passing
from service.jobs.job import (
    STATUSES,
    UNFINISHED,
    Attempt,
    Failure,
    Item,
    Job,
    JobState,
    Status,
    progress,
)
from service.jobs.tempo import Tempo
from service.recording import Recording

_JOB = "tts:job:"
_OPEN = "tts:jobs:open"
_BY_STATUS = "tts:jobs:"
_MOST_ORPHANS = 1000  # looked for at a time


class RedisJobStore:
    """A ``JobStore`` in a Redis that evicts nothing. See ``service.jobs.scripts`` for what lies where."""

    def __init__(self, client: redis.Redis, seconds: int, tempo: Tempo) -> None:
        """Keeps each job for ``seconds`` after its last change of status."""
        self._redis: Any = client  # whose types leave open whether it gives bytes
        self._seconds = seconds
        self._lease = round(tempo.lease * 1000)
        self._grace = round(tempo.grace * 1000)
        self._add = client.register_script(scripts.ADD)
        self._sent = client.register_script(scripts.SENT)
        self._start = client.register_script(scripts.START)
        self._beat = client.register_script(scripts.BEAT)
        self._finish = client.register_script(scripts.FINISH)
        self._fail = client.register_script(scripts.FAIL)
        self._release = client.register_script(scripts.RELEASE)
        self._remove = client.register_script(scripts.REMOVE)
        self._claim = client.register_script(scripts.CLAIM)

    def add(self, job: Job) -> None:
        """See ``JobStore``."""
        has_callback = int(job.callback_url is not None)
        about = [job.to_json(), len(job.parts), has_callback, self._seconds, self._grace]
        self._do(self._add, Item(job.task_id, 0), *about)

    def sent(self, item: Item, message: str) -> None:
        """See ``JobStore``."""
        self._do(self._sent, item, message)

    def start(self, item: Item) -> Attempt | None:
        """See ``JobStore``."""
        taken = self._do(self._start, item, self._lease)
        if not taken:
            return None
        token, number, job = taken
        return Attempt(item, token, number, Job.from_json(job))

    def beat(self, attempt: Attempt, progress: float) -> bool:
        """See ``JobStore``."""
        return bool(self._do(self._beat, attempt.item, attempt.token, f"{progress:.4f}", self._lease))

    def finish(self, attempt: Attempt, recording: Recording | None) -> Status | None:
        """See ``JobStore``."""
        packed = b"" if recording is None else pack_recording(recording)
        status = self._do(self._finish, attempt.item, packed, self._seconds, self._grace)
        return _status(status)

    def fail(self, attempt: Attempt, failure: Failure) -> bool:
        """See ``JobStore``."""
        why = failure.code, failure.message, self._seconds, self._grace
        return bool(self._do(self._fail, attempt.item, attempt.token, *why))

    def release(self, attempt: Attempt, *, counted: bool, delay: float = 0.0) -> None:
        """See ``JobStore``."""
        due = self._grace + round(delay * 1000)
        self._do(self._release, attempt.item, attempt.token, 0 if counted else -1, due)

    def find(self, task_id: str) -> JobState | None:
        """See ``JobStore``."""
        fields = self._redis.hgetall(_JOB + task_id)
        status = _status(fields.get(b"status"))
        if status is None:
            return None
        job = Job.from_json(fields[b"job"])
        done = [float(fields.get(f"progress:{part}".encode(), 0)) for part in job.parts]
        attempts = sum(int(fields.get(f"token:{part}".encode(), 0)) for part in job.parts)
        failure = None
        if status == "failed":
            failure = Failure(fields[b"code"].decode(), fields[b"error"].decode())
        return JobState(job, status, progress(job, done), failure, attempts)

    def recordings(self, job: Job) -> list[Recording] | None:
        """See ``JobStore``."""
        kept = self._redis.mget([f"{_JOB}{job.task_id}:{part}" for part in job.parts])
        found = [packed for packed in kept if packed is not None]
        if len(found) < len(job.parts):
            return None
        try:
            return [unpack_recording(packed) for packed in found]
        except CorruptError:  # another version of the service wrote it
            return None

    def remove(self, task_id: str) -> Status | None:
        """See ``JobStore``."""
        return _status(self._do(self._remove, Item(task_id, 0)))

    def counts(self) -> Mapping[Status, int]:
        """See ``JobStore``."""
        now = self._now()
        with self._redis.pipeline(transaction=False) as pipeline:
            for status in STATUSES:
                pipeline.zcount(_BY_STATUS + status, now, "+inf")
            return dict(zip(STATUSES, pipeline.execute(), strict=True))

    def oldest(self) -> Mapping[Status, float]:
        """See ``JobStore``. An unfinished job expires so long after it was asked for as all are kept."""
        now = self._now()
        with self._redis.pipeline(transaction=False) as pipeline:
            for status in UNFINISHED:
                pipeline.zrangebyscore(_BY_STATUS + status, now, "+inf", start=0, num=1, withscores=True)
            first = pipeline.execute()
        left = [(found[0][1] - now) / 1000 if found else self._seconds for found in first]
        ages = (max(0.0, self._seconds - seconds) for seconds in left)
        return dict(zip(UNFINISHED, ages, strict=True))

    def expire(self) -> int:
        """See ``JobStore``."""
        now = self._redis.time()[0] * 1000
        return sum(int(self._redis.zremrangebyscore(_BY_STATUS + status, 0, now)) for status in STATUSES)

    def orphans(self, waiting: Callable[[], Collection[str]]) -> list[Item]:
        """See ``JobStore``."""
        now = self._redis.time()[0] * 1000
        overdue = self._redis.zrangebyscore(_OPEN, 0, now, start=0, num=_MOST_ORPHANS)
        if not overdue:
            return []
        messages = waiting()
        found: list[Item] = []
        for item in (Item.parse(member.decode()) for member in overdue):
            message = self._do(self._claim, item, self._grace)
            if message is not None and message.decode() not in messages:
                found.append(item)
        return found

    def _now(self) -> int:
        """The time of Redis in milliseconds."""
        seconds, microseconds = self._redis.time()
        return int(seconds) * 1000 + int(microseconds) // 1000

    def _do(self, script: Any, item: Item, *arguments: object) -> Any:
        job = _JOB + item.task_id
        keys = [job, _OPEN, _BY_STATUS, f"{job}:{item.part}"]
        with passing():
            return script(keys=keys, args=[item.task_id, item.part, *arguments])


def _status(name: bytes | None) -> Status | None:
    """A status as Redis has it."""
    return next((status for status in STATUSES if name is not None and status == name.decode()), None)
