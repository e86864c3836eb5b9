"""The routes of jobs."""

from __future__ import annotations

from types import MappingProxyType

from service.web.contract.answers import JobProgress, JobTaken
from service.web.contract.operation import Answer, Operation, Parameter
from service.web.contract.speech import BODY_REFUSED, RECORDING, TEXT_REFUSED
from service.web.jobs import JobRequest

_TASK = Parameter(
    "task_id",
    "path",
    "What `POST /tts/async` gave.",
    MappingProxyType({"type": "string", "pattern": "^[0-9a-f]{32}$"}),
)
_RESULT = "/tts/result/{task_id}"
_UNKNOWN = ("unknown_job", "not_found")
_GIVEN = {"task_id": "$response.body#/task_id"}

OPERATIONS = (
    Operation(
        "POST",
        "/tts/async",
        "Takes a job: a text to be spoken later, or several",
        "Jobs",
        {
            202: Answer(
                "The job was taken.",
                (JobTaken,),
                headers=("Location",),
                links={
                    "result": {"operationId": "get_tts_result_task_id", "parameters": _GIVEN},
                    "removal": {"operationId": "delete_tts_result_task_id", "parameters": _GIVEN},
                },
            )
        },
        {
            400: (*BODY_REFUSED, *TEXT_REFUSED, "invalid_callback_url"),
            413: ("body_too_large",),
            415: ("unsupported_media_type",),
            422: ("nothing_to_speak",),
            503: ("not_ready", "jobs_unavailable"),
        },
        JobRequest,
        bounds={
            "oneOf": [
                {"required": ["text"], "properties": {"texts": {"type": "null"}}},
                {"required": ["texts"], "properties": {"text": False, "texts": {"type": "array"}}},
            ]
        },
        examples={
            "a text": {"text": "从前有座山，山里有座庙。", "format": "mp3"},
            "several texts": {"texts": ["欢迎光临。", "谢谢惠顾。"], "emotion": "happy"},
        },
    ),
    Operation(
        "GET",
        _RESULT,
        "What has become of a job",
        "Jobs",
        {
            200: Answer(
                f"{RECORDING.text} A zip file, if there were several texts.",
                RECORDING.json,
                (*RECORDING.media, "application/zip"),
            ),
            202: Answer("It is being worked on.", (JobProgress,), headers=("Retry-After",)),
        },
        {
            404: _UNKNOWN,
            500: (
                "speech_failed",
                "worker_lost",
                "unspeakable",
                "nothing_to_speak",
                "unknown_voice",
                "unknown_emotion",
                "invalid_ssml",
                "internal_error",
            ),
            503: ("jobs_unavailable", "cache_unavailable", "not_ready"),
        },
        parameters=(_TASK,),
    ),
    Operation(
        "DELETE",
        _RESULT,
        "Cancels or forgets a job",
        "Jobs",
        {204: Answer("It is gone.")},
        {404: _UNKNOWN, 503: ("jobs_unavailable",)},
        parameters=(_TASK,),
    ),
)
