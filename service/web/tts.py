"""``POST /tts``: text in, speech out."""

from __future__ import annotations

import time

from flask import Blueprint, Response, request

from service.recording import Recording
from service.request import SpeechRequest
from service.speech import Chunk
from service.web.answers import Link, answer
from service.web.intake import Intake
from service.web.lifecycle import note
from service.web.peer import Peer
from service.web.schemas import read_body


def tts_blueprint(intake: Intake, link: Link) -> Blueprint:
    """``POST /tts``."""
    blueprint = Blueprint("tts", __name__)

    @blueprint.post("/tts")
    def speak() -> Response:
        """Speaks a text and answers with the whole of it."""
        started = time.perf_counter()
        asked = read_body(SpeechRequest)
        patience = intake.take(asked)
        peer = Peer(request.environ.get("gunicorn.socket"))

        def heed(_: Chunk) -> None:
            if peer.gone():
                patience.cancel()

        recording, hit = intake.renderer.recording(asked, patience, heed)
        response = answer(asked, recording, link)
        describe(response, recording, hit=hit, seconds=time.perf_counter() - started)
        return response

    return blueprint


def describe(response: Response, recording: Recording, *, hit: bool, seconds: float) -> None:
    """Says in headers and in the log where the audio came from, and what it took."""
    stages = {
        "queue": recording.queue_seconds,
        "synthesis": recording.synthesis_seconds,
        "encode": recording.encode_seconds,
    }
    spent = {} if hit else stages
    response.headers["X-Cache"] = "hit" if hit else "miss"
    response.headers["Server-Timing"] = ", ".join(
        f"{stage};dur={duration * 1000:.1f}" for stage, duration in {**spent, "total": seconds}.items()
    )
    note(cache=response.headers["X-Cache"], audio_seconds=round(recording.seconds, 3))
    note(**{f"{stage}_ms": round(duration * 1000, 1) for stage, duration in spent.items()})
