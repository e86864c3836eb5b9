"""Jobs over HTTP: ``POST /tts/async``, and ``GET`` and ``DELETE /tts/result/<task_id>``."""

from __future__ import annotations

import re
import uuid
from typing import NoReturn

from flask import Blueprint, Response, g, jsonify
from pydantic import Field, model_validator

from service.jobs.archive import archive
from service.jobs.callback import CallbackUrlError
from service.jobs.failures import lasting_failure
from service.jobs.job import Job, JobState, JobsUnavailableError
from service.jobs.jobs import Jobs
from service.request import SpeechRequest
from service.web.answers import Link, answer
from service.web.errors import RequestError, error_response
from service.web.intake import Intake
from service.web.lifecycle import note
from service.web.limits import check_length
from service.web.schemas import read_body

BATCH_FACTOR = 10
"""How many times the longest text of a request all texts of a batch may have together."""

_MOST_TEXTS = 200
_TASK_ID = re.compile(r"[0-9a-f]{32}")
_POLL_SECONDS = "1"


class JobRequest(SpeechRequest):
    """The body of ``POST /tts/async``: that of ``POST /tts``, or several texts in place of one."""

    text: str = Field(default="", description="a string: plain text, or SSML that starts with <speak>")
    texts: list[str] | None = Field(
        default=None,
        min_length=1,
        max_length=_MOST_TEXTS,
        description=f"a list of 1 to {_MOST_TEXTS} strings, each as 'text'; the result is a zip file",
    )
    callback_url: str | None = Field(
        default=None, description="a string: an https address that is told when the job has ended"
    )

    @model_validator(mode="after")
    def _one_source(self) -> JobRequest:
        if ("text" in self.model_fields_set) == (self.texts is not None):
            raise ValueError("Give either field 'text' or field 'texts'.")
        return self

    def job(self, task_id: str, request_id: str) -> Job:
        """The job that this asks for."""
        texts = (self.text,) if self.texts is None else tuple(self.texts)
        fields = self.model_dump(include=set(SpeechRequest.model_fields) - {"text"})
        asked = SpeechRequest(text=texts[0], **fields)
        return Job(task_id, request_id, texts, asked, self.texts is not None, self.callback_url)


def jobs_blueprint(jobs: Jobs, intake: Intake, link: Link) -> Blueprint:
    """Jobs, with the same limits for each text as ``POST /tts`` has."""
    blueprint = Blueprint("jobs", __name__)
    blueprint.register_error_handler(
        JobsUnavailableError, lambda e: error_response(503, "jobs_unavailable", str(e), e.retry_after)
    )

    @blueprint.post("/tts/async")
    def submit() -> tuple[Response, int, dict[str, str]]:
        """Takes a job, of which every text can be spoken as far as one can tell before."""
        job = read_body(JobRequest).job(uuid.uuid4().hex, g.request_id)
        note(task_id=job.task_id, parts=len(job.parts))
        intake.note(job.asked, job.characters, texts=job.texts)
        _check(job, jobs, intake)
        jobs.submit(job)
        body = jsonify(task_id=job.task_id, status="processing")
        return body, 202, {"Location": f"/tts/result/{job.task_id}"}

    @blueprint.get("/tts/result/<task_id>")
    def result(task_id: str) -> Response:
        """What has become of a job: 202 while it is worked on, then its audio, or why it failed."""
        state = jobs.find(task_id) if _TASK_ID.fullmatch(task_id) else None
        if state is None:
            _unknown()
        note(task_id=task_id, job=state.status)
        if state.failure:
            return error_response(500, state.failure.code, state.failure.message)
        return _finished(state, jobs, link) if state.status == "done" else _processing(state)

    @blueprint.delete("/tts/result/<task_id>")
    def remove(task_id: str) -> tuple[str, int]:
        """Cancels or forgets a job."""
        if not (_TASK_ID.fullmatch(task_id) and jobs.remove(task_id)):
            _unknown()
        note(task_id=task_id)
        return "", 204

    return blueprint


def _check(job: Job, jobs: Jobs, intake: Intake) -> None:
    """Raises what ``POST /tts`` would, and RequestError for what only jobs have."""
    if job.callback_url is not None:
        try:
            jobs.check_callback(job.callback_url)
        except CallbackUrlError as error:
            raise RequestError(str(error), "invalid_callback_url") from None
    if not job.batch:
        check_length(job.characters, intake.max_characters)
        intake.renderer.check(job.asked)
        return
    check_length(job.characters, BATCH_FACTOR * intake.max_characters, "Field 'texts'")
    for part in job.parts:
        _check_part(job, part, intake)


def _check_part(job: Job, part: int, intake: Intake) -> None:
    """Says of a fault which of the texts it is in."""
    asked = job.part(part)
    check_length(len(asked.text), intake.max_characters, f"Text {part + 1}")
    try:
        intake.renderer.check(asked)
    except ValueError as error:
        failure = lasting_failure(error)
        if failure is None:
            raise
        status = 422 if failure.code == "nothing_to_speak" else 400
        raise RequestError(f"Text {part + 1}: {failure.message}", failure.code, status) from None


def _processing(state: JobState) -> Response:
    response = jsonify(task_id=state.job.task_id, status="processing", progress=round(state.progress, 3))
    response.status_code = 202
    response.headers["Retry-After"] = _POLL_SECONDS
    return response


def _finished(state: JobState, jobs: Jobs, link: Link) -> Response:
    job, recordings = state.job, jobs.recordings(state.job)
    if recordings is None:
        _unknown()
    if job.batch:
        return Response(archive(job, recordings), mimetype="application/zip")
    (recording,) = recordings
    return answer(job.asked, recording, link)


def _unknown() -> NoReturn:
    raise RequestError("There is no such job; what is done is kept for a limited time.", "unknown_job", 404)
