"""What a job is: texts to speak, one part each, and what has become of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple

from service.request import SpeechRequest

Status = Literal["queued", "running", "done", "failed"]

STATUSES: tuple[Status, ...] = ("queued", "running", "done", "failed")

UNFINISHED: tuple[Status, ...] = ("queued", "running")

CALLBACK = -1
"""The part of a job that tells its client of the end."""


class JobsUnavailableError(RuntimeError):
    """Jobs cannot be taken or looked up now.

    Attributes:
        retry_after: seconds after which it is worth to ask again.
    """

    retry_after = 5.0

    def __init__(self) -> None:
        super().__init__("Jobs can neither be taken nor looked up at the moment; try again in a few seconds.")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: a code for programs and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """Texts that are spoken one by one, all in the same way.

    Attributes:
        task_id: 32 hexadecimal digits.
        request_id: of the request that asked for it.
        texts: at least one; each is a part of the job.
        asked: how they are spoken; its own text is the first of them.
        batch: several texts were asked for, even if there is only one.
        callback_url: who is told of the end, or None.
        trace: headers of the trace that it was ordered in, if any.
    """

    task_id: str
    request_id: str
    texts: tuple[str, ...]
    asked: SpeechRequest
    batch: bool = False
    callback_url: str | None = None
    trace: Mapping[str, str] = field(default_factory=dict)

    def part(self, number: int) -> SpeechRequest:
        """What is spoken as that part, from 0."""
        return self.asked.model_copy(update={"text": self.texts[number]})

    @property
    def parts(self) -> range:
        """The numbers of its parts."""
        return range(len(self.texts))

    @property
    def characters(self) -> int:
        """Of all its texts."""
        return sum(map(len, self.texts))

    def to_json(self) -> str:
        """All of it as JSON."""
        members = {member.name: getattr(self, member.name) for member in fields(self)}
        return json.dumps({**members, "asked": self.asked.model_dump(mode="json", exclude={"text"})})

    @classmethod
    def from_json(cls, text: str | bytes) -> Job:
        """Reads what ``to_json`` gave."""
        members = json.loads(text)
        members["texts"] = tuple(members["texts"])
        members["asked"] = SpeechRequest(text=members["texts"][0], **members["asked"])
        return cls(**members)


@dataclass(frozen=True, slots=True)
class JobState:
    """A job and how far it is.

    Attributes:
        progress: how much of its texts has been spoken, 0 to 1.
        failure: why it failed, if it did.
        attempts: how often work on one of its parts was begun.
    """

    job: Job
    status: Status
    progress: float
    failure: Failure | None = None
    attempts: int = 0


class Item(NamedTuple):
    """A part of a job, or its ``CALLBACK``, as something to do."""

    task_id: str
    part: int

    def __str__(self) -> str:
        return f"{self.task_id}:{self.part}"

    @classmethod
    def parse(cls, text: str) -> Item:
        """Reads what ``str`` gave."""
        task_id, _, part = text.partition(":")
        return cls(task_id, int(part))


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's work on an item.

    Attributes:
        token: tells it from all other attempts at the same item; a later one has a higher token.
        number: which attempt it is, from 1; those that were handed back do not count.
        job: what the item is a part of.
    """

    item: Item
    token: int
    number: int
    job: Job


def progress(job: Job, parts: Sequence[float]) -> float:
    """How much of a job has been spoken, 0 to 1, from how much of each of its parts has been."""
    spoken = sum(len(text) * part for text, part in zip(job.texts, parts, strict=True))
    return min(1.0, spoken / max(1, job.characters))
