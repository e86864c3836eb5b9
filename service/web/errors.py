"""The error contract: every refusal is ``{"error", "code", "request_id"}`` with a fitting status."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from service.observability.logs import get_logger
from service.runtime.gate import BusyError
from service.runtime.patience import CancelledError, PatienceError
from service.speech import SpeechError, UnknownEmotionError, UnknownVoiceError
from service.text.errors import NothingToSpeakError, SsmlError
from service.voice import UnspeakableError, VoiceFailedError
from service.web.engine import NotReadyError


class RequestError(Exception):
    """A request that is refused.

    Attributes:
        status: the HTTP status.
        code: a name for programs, in snake_case.
        message: one plain sentence for people: what is wrong and what is allowed.
        retry_after: seconds after which it is worth to ask again, or None.
        headers: to send along.
    """

    def __init__(
        self,
        message: str,
        code: str,
        status: int = 400,
        *,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.headers = headers or {}


_SENTENCES = {
    404: ("not_found", "There is nothing at this address; GET /docs tells what there is."),
    405: ("method_not_allowed", "This address does not take that method; allowed are: {allowed}."),
    413: ("body_too_large", "The body is too large; at most {limit} bytes are allowed."),
    415: ("unsupported_media_type", "The body must be JSON, sent with Content-Type: application/json."),
}

_OUT_OF_TIME_RETRY = 5.0  # seconds
_OPENAI = "/v1/"  # addresses below it answer in OpenAI's shape


def error_response(status: int, code: str, message: str, retry_after: float | None = None) -> Response:
    """An error as the contract has it; what cannot be written in UTF-8 is replaced by ``?``."""
    message = message.encode("utf-8", "replace").decode("utf-8")
    response = jsonify(
        {"error": openai_error(status, code, message)}
        if request.path.startswith(_OPENAI)
        else {"error": message, "code": code, "request_id": g.get("request_id")}
    )
    response.status_code = status
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    g.error_code = code
    return response


def openai_error(status: int, code: str, message: str) -> dict[str, object]:
    """What ``error`` holds in OpenAI's shape."""
    kinds = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    kind = kinds.get(
        status, "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    )
    return {"message": message, "type": kind, "param": None, "code": code}


def register_errors(app: Flask) -> None:
    """Makes every exception that leaves a view into a response of the contract."""
    app.register_error_handler(RequestError, _refused)
    app.register_error_handler(SsmlError, lambda e: error_response(400, "invalid_ssml", str(e)))
    app.register_error_handler(NothingToSpeakError, lambda e: error_response(422, "nothing_to_speak", str(e)))
    app.register_error_handler(UnknownVoiceError, lambda e: error_response(400, "unknown_voice", str(e)))
    app.register_error_handler(UnknownEmotionError, lambda e: error_response(400, "unknown_emotion", str(e)))
    app.register_error_handler(SpeechError, lambda e: error_response(400, "invalid_request", str(e)))
    app.register_error_handler(UnspeakableError, lambda e: error_response(422, "unspeakable", str(e)))
    app.register_error_handler(VoiceFailedError, _speech_failed)
    app.register_error_handler(BusyError, _busy)
    app.register_error_handler(CancelledError, lambda e: error_response(499, "cancelled", str(e)))
    app.register_error_handler(PatienceError, _out_of_time)
    app.register_error_handler(
        NotReadyError, lambda e: error_response(503, "not_ready", str(e), e.retry_after)
    )
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: RequestError) -> Response:
    response = error_response(error.status, error.code, error.message, error.retry_after)
    response.headers.update(error.headers)
    return response


def _out_of_time(error: PatienceError) -> Response:
    return error_response(503, "out_of_time", str(error), _OUT_OF_TIME_RETRY)


def _busy(error: BusyError) -> Response:
    message = "The service is busy: too many requests wait already; try again in a moment."
    return error_response(503, "busy", message, error.retry_after)


def _speech_failed(error: VoiceFailedError) -> Response:
    get_logger().error("speech_failed", request_id=g.get("request_id"), reason=str(error))
    message = "The voice gave no usable speech for this text; other words or another voice may help."
    return error_response(500, "speech_failed", message)


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    code, sentence = _SENTENCES.get(status, ("bad_request", "The request is not valid HTTP."))
    if isinstance(error, MethodNotAllowed):
        sentence = sentence.format(allowed=", ".join(sorted(error.valid_methods or ())))
    if isinstance(error, RequestEntityTooLarge):
        sentence = sentence.format(limit=current_app.config["MAX_CONTENT_LENGTH"])
    response = error_response(status, code, sentence)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _unexpected(error: Exception) -> Response:
    get_logger().error("unexpected_error", request_id=g.get("request_id"), exc_info=error)
    message = "Something went wrong inside the service; its log has the details under this request_id."
    return error_response(500, "internal_error", message)
