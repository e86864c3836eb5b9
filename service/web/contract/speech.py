"""The routes that speak."""

from __future__ import annotations

from types import MappingProxyType

from service.audio.encode import FORMATS
from service.audio.subtitles import SUBTITLES
from service.request import SpeechRequest
from service.web.contract.answers import EncodedAudio, LinkedAudio, TimedAudio, VoiceList
from service.web.contract.operation import TIMEOUT, Answer, Operation, Parameter

AUDIO = tuple(dict.fromkeys(FORMATS.values()))
RECORDING = Answer(
    "The audio, its subtitles, or JSON, as `response` asks for.",
    (LinkedAudio, EncodedAudio, TimedAudio),
    (*AUDIO, *SUBTITLES.values()),
    ("X-Audio-Seconds",),
)
TEXT_REFUSED = ("text_too_long", "invalid_ssml", "unknown_voice", "unknown_emotion")
BODY_REFUSED = ("invalid_json", "invalid_field")
SPEECH_REFUSED = MappingProxyType(
    {
        400: (*BODY_REFUSED, *TEXT_REFUSED, "invalid_header"),
        413: ("body_too_large",),
        415: ("unsupported_media_type",),
        422: ("nothing_to_speak", "unspeakable"),
        500: ("speech_failed", "internal_error"),
        503: ("not_ready", "busy", "out_of_time"),
    }
)
"""What every route that takes a text may refuse."""

_SSML = '<speak>明天<break time="300ms"/><emotion category="happy">见！</emotion></speak>'
_KEY = Parameter(
    "key",
    "path",
    "The name of the audio.",
    MappingProxyType({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
)
_SIGNATURE = Parameter(
    "signature",
    "query",
    "What a link has in place of an API key, where keys are asked for.",
    MappingProxyType({"type": "string"}),
)
_RANGE = Parameter("Range", "header", "One range, as `bytes=0-1023`.", MappingProxyType({"type": "string"}))
_IF_NONE_MATCH = Parameter(
    "If-None-Match", "header", "The `ETag` of what is there already.", MappingProxyType({"type": "string"})
)
_LINKED = ("ETag", "Accept-Ranges")

OPERATIONS = (
    Operation(
        "POST",
        "/tts",
        "Speaks a text",
        "Speech",
        {
            200: Answer(
                RECORDING.text,
                RECORDING.json,
                RECORDING.media,
                (*RECORDING.headers, "X-Cache", "Server-Timing"),
            )
        },
        {**SPEECH_REFUSED, 503: (*SPEECH_REFUSED[503], "cache_unavailable")},
        SpeechRequest,
        parameters=(TIMEOUT,),
        examples={
            "audio": {"text": "您好，请问有什么可以帮您？", "emotion": "happy", "format": "mp3"},
            "times of words": {"text": "明天见！", "response": "json"},
            "a link": {"text": "明天见！", "format": "ogg", "response": "url"},
            "subtitles": {"text": "明天见！路上小心。", "response": "srt"},
            "SSML": {"text": _SSML, "format": "flac", "sample_rate": 16000},
        },
    ),
    Operation(
        "POST",
        "/tts/stream",
        "Speaks a text, and sends the audio while it is made",
        "Speech",
        {
            200: Answer(
                "The audio, in chunks; `wav` has an open length.",
                media=AUDIO,
                headers=("X-Audio-Sample-Rate",),
            )
        },
        SPEECH_REFUSED,
        SpeechRequest,
        bounds={"properties": {"response": {"const": "audio"}}},
        parameters=(TIMEOUT,),
        examples={
            "wav": {"text": "欢迎光临。今天天气很好。"},
            "bare samples": {"text": "欢迎光临。", "format": "pcm", "sample_rate": 24000},
        },
    ),
    Operation(
        "GET",
        "/tts/ws",
        "A WebSocket: text in pieces, speech out sentence by sentence; docs/websocket.md has its messages",
        "Speech",
        {101: Answer("A WebSocket.")},
        {400: ("bad_handshake",), 403: ("origin_not_allowed",), 426: ("upgrade_required",)},
        key="elsewhere",
    ),
    Operation(
        "GET",
        "/audio/{key}",
        "The audio that a link leads to",
        "Speech",
        {
            200: Answer("The audio.", media=AUDIO, headers=_LINKED),
            206: Answer("The range that was asked for.", media=AUDIO, headers=(*_LINKED, "Content-Range")),
            304: Answer("It is the one that is there already.", headers=("ETag",)),
        },
        {
            404: ("not_found", "audio_expired"),
            416: ("range_not_satisfiable",),
            503: ("cache_unavailable",),
        },
        parameters=(_KEY, _SIGNATURE, _RANGE, _IF_NONE_MATCH),
        key="elsewhere",
    ),
    Operation(
        "GET",
        "/voices",
        "The voices and their emotions, formats and sample rates",
        "Speech",
        {200: Answer("What can be asked for.", (VoiceList,))},
        {503: ("not_ready",)},
    ),
)
