"""A recording as an HTTP answer."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict

from flask import Response, jsonify

from service.audio.encode import FORMATS
from service.audio.subtitles import SUBTITLES, subtitles
from service.captions import cues
from service.recording import Recording
from service.request import SpeechRequest

Link = Callable[[SpeechRequest, Recording], str]
"""Gives the address that ``"response": "url"`` answers with."""


def answer(asked: SpeechRequest, recording: Recording, link: Link) -> Response:
    """Gives a recording in the form that ``asked.response`` names.

    Raises:
        RequestError: as ``link`` says, which is asked only where it is needed.
    """
    if asked.response == "audio":
        response = Response(recording.audio, mimetype=FORMATS[recording.format])
    elif asked.response in SUBTITLES:
        text = subtitles(cues(recording.words, asked.text), asked.response)
        response = Response(text, content_type=f"{SUBTITLES[asked.response]}; charset=utf-8")
    else:
        response = jsonify(_body(asked, recording, link))
    response.headers["X-Audio-Seconds"] = f"{recording.seconds:.3f}"
    return response


def _body(asked: SpeechRequest, recording: Recording, link: Link) -> dict[str, object]:
    body: dict[str, object] = {
        "format": recording.format,
        "mime_type": FORMATS[recording.format],
        "sample_rate": recording.sample_rate,
        "seconds": round(recording.seconds, 3),
    }
    if asked.response == "url":
        return {"url": link(asked, recording), **body}
    audio = base64.b64encode(recording.audio).decode("ascii")
    words = {"words": [asdict(word) for word in recording.words]} if asked.response == "json" else {}
    return {"audio": audio, **body, **words}
