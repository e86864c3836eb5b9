"""The routes that OpenAI's clients use."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType

from service.web.contract.answers import OpenAIModel, OpenAIModels, OpenAIProblem, OpenAIVoices
from service.web.contract.operation import TIMEOUT, Answer, Operation, Parameter
from service.web.contract.speech import AUDIO, SPEECH_REFUSED
from service.web.openai_speech import OpenAISpeech

_operation = partial(Operation, group="OpenAI", error=OpenAIProblem)

OPERATIONS = (
    _operation(
        "POST",
        "/v1/audio/speech",
        "Speaks a text, and sends the audio while it is made",
        answers={
            200: Answer(
                "The audio in chunks, or events that carry it.",
                media=(*AUDIO, "text/event-stream"),
                headers=("X-Audio-Sample-Rate",),
            )
        },
        refusals={**SPEECH_REFUSED, 404: ("model_not_found",)},
        body=OpenAISpeech,
        parameters=(TIMEOUT,),
        examples={
            "a mood": {
                "model": "gpt-4o-mini-tts",
                "voice": "alloy",
                "input": "您好，欢迎光临！",
                "instructions": "用开心的语气",
            },
            "events": {
                "model": "tts-1",
                "input": "明天见！",
                "response_format": "pcm",
                "stream_format": "sse",
            },
        },
    ),
    _operation(
        "GET",
        "/v1/models",
        "The models that may be named",
        answers={200: Answer("All of them.", (OpenAIModels,))},
    ),
    _operation(
        "GET",
        "/v1/models/{name}",
        "A model",
        answers={200: Answer("The model.", (OpenAIModel,))},
        refusals={404: ("model_not_found", "not_found")},
        parameters=(
            Parameter(
                "name", "path", "The model's id.", MappingProxyType({"type": "string", "minLength": 1})
            ),
        ),
    ),
    _operation(
        "GET",
        "/v1/audio/voices",
        "The voices",
        answers={200: Answer("All of them.", (OpenAIVoices,))},
        refusals={503: ("not_ready",)},
    ),
)
