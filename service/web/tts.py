"""``POST /tts``: text in, speech out."""

from __future__ import annotations

import base64
import time
from dataclasses import asdict
from functools import partial

from flask import Blueprint, Response, jsonify, request

from service.audio.encode import FORMATS
from service.audio.subtitles import SUBTITLES, subtitles
from service.cache import AudioCache, cache_key
from service.captions import cues
from service.recording import Recording, record
from service.speech import Synthesizer, Utterance
from service.web.engine import Engine
from service.web.errors import RequestError
from service.web.lifecycle import note
from service.web.limits import check_length
from service.web.schemas import SpeechRequest, parse_speech_request

AUDIO_VERSION = 1
"""Raise it when the same samples are encoded or joined to different bytes than before."""


def tts_blueprint(engine: Engine, cache: AudioCache, max_characters: int, *, log_text: bool) -> Blueprint:
    """``POST /tts``, with at most ``max_characters`` of text; the log has the text only if ``log_text``."""
    blueprint = Blueprint("tts", __name__)

    @blueprint.post("/tts")
    def speak() -> Response:
        started = time.perf_counter()
        if not request.is_json:
            raise RequestError(
                "The body must be JSON, sent with Content-Type: application/json.",
                "unsupported_media_type",
                415,
            )
        asked = parse_speech_request(request.get_data(cache=False))
        check_length(asked.text, max_characters)
        synthesizer = engine.synthesizer
        note(**_facts(asked, synthesizer), **({"text": asked.text} if log_text else {}))
        utterance = Utterance(asked.text, asked.style)
        make = partial(record, synthesizer, utterance, asked.format, asked.sample_rate)
        recording, hit = cache.get_or_make(_key(asked, synthesizer), make)
        response = _response(asked, recording)
        _describe(response, recording, hit=hit, seconds=time.perf_counter() - started)
        return response

    return blueprint


def _facts(asked: SpeechRequest, synthesizer: Synthesizer) -> dict[str, object]:
    return {
        "characters": len(asked.text),
        "voice": asked.voice or synthesizer.default_voice.name,
        "emotion": asked.emotion,
        "format": asked.format,
    }


def _key(asked: SpeechRequest, synthesizer: Synthesizer) -> str:
    """SSML may change to any voice on the way, so every voice's version is part of the key."""
    return cache_key(
        {
            "audio_version": AUDIO_VERSION,
            "request": asked.model_dump(exclude={"response", "voice"}),
            "voice": asked.voice or synthesizer.default_voice.name,
            "versions": {name: voice.version for name, voice in synthesizer.voices.items()},
        }
    )


def _response(asked: SpeechRequest, recording: Recording) -> Response:
    mime_type = FORMATS[asked.format]
    if asked.response == "audio":
        return Response(recording.audio, mimetype=mime_type)
    if asked.response in SUBTITLES:
        text = subtitles(cues(recording.words, asked.text), asked.response)
        return Response(text, content_type=f"{SUBTITLES[asked.response]}; charset=utf-8")
    body = {
        "audio": base64.b64encode(recording.audio).decode("ascii"),
        "format": asked.format,
        "mime_type": mime_type,
        "sample_rate": recording.sample_rate,
        "seconds": round(recording.seconds, 3),
    }
    if asked.response == "json":
        body["words"] = [asdict(word) for word in recording.words]
    return jsonify(body)


def _describe(response: Response, recording: Recording, *, hit: bool, seconds: float) -> None:
    """Says in headers and in the log where the audio came from, and what it took."""
    stages = {
        "queue": recording.queue_seconds,
        "synthesis": recording.synthesis_seconds,
        "encode": recording.encode_seconds,
    }
    spent = {} if hit else stages
    response.headers["X-Cache"] = "hit" if hit else "miss"
    response.headers["X-Audio-Seconds"] = f"{recording.seconds:.3f}"
    response.headers["Server-Timing"] = ", ".join(
        f"{stage};dur={duration * 1000:.1f}" for stage, duration in {**spent, "total": seconds}.items()
    )
    note(cache=response.headers["X-Cache"], audio_seconds=round(recording.seconds, 3))
    note(**{f"{stage}_ms": round(duration * 1000, 1) for stage, duration in spent.items()})
