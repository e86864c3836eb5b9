"""What a job says of errors that trying again would not mend, as ``POST /tts`` says it."""

from __future__ import annotations

from service.jobs.job import Failure
from service.speech import SpeechError, UnknownEmotionError, UnknownVoiceError
from service.text.errors import FrontEndError, NothingToSpeakError, SsmlError
from service.voice import UnspeakableError, VoiceError

_CODES: tuple[tuple[type[Exception], str], ...] = (
    (SsmlError, "invalid_ssml"),
    (NothingToSpeakError, "nothing_to_speak"),
    (UnknownVoiceError, "unknown_voice"),
    (UnknownEmotionError, "unknown_emotion"),
    (UnspeakableError, "unspeakable"),
    (SpeechError, "invalid_request"),
    (FrontEndError, "invalid_request"),
)

SPEECH_FAILED = Failure(
    "speech_failed", "The voice gave no usable speech for this text; other words or another voice may help."
)
INTERNAL_ERROR = Failure(
    "internal_error", "Something went wrong inside the service; its log has the details under the task_id."
)
WORKER_LOST = Failure(
    "worker_lost", "The job's worker ended three times before the speech was there; it is not tried again."
)


def lasting_failure(error: Exception) -> Failure | None:
    """What the error means for the job, or None where another attempt may succeed."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return Failure(code, str(error))
    return SPEECH_FAILED if isinstance(error, VoiceError) else None
