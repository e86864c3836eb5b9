"""OpenAI's audio API, asked by the official client over a real connection."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import pytest
from flask import Flask
from openai import AsyncOpenAI, OpenAI
from openai.types.audio.speech_create_params import SpeechCreateParams
from werkzeug.serving import make_server

from service.audio.pcm import Samples
from service.runtime.gate import Gate
from service.settings import Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence
from service.voice import Clip, VoiceFailedError
from tests.audio.decoding import decoded, decoded_by_ffmpeg
from tests.web.sine import SineVoice

EXAMPLE = Path(__file__).parents[2] / "examples" / "openai_client.py"
FIRST, SECOND = "今天天气很好。", "我们去公园走走。"
RATE = 24000
PATIENCE = 30.0  # seconds


@dataclass
class MoodyVoice(SineVoice):
    """Tells the moods it was asked for; waits for ``go_on`` at a sentence with 停, fails at one with 坏."""

    moods: list[tuple[str, float]] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        self.moods.append((sentence.style.emotion, sentence.style.intensity))
        if "停" in sentence.text:
            assert self.go_on.wait(PATIENCE)
        if "坏" in sentence.text:
            raise VoiceFailedError("It hummed something else.")
        yield from super().speak(sentence)


@pytest.fixture
def voice() -> MoodyVoice:
    return MoodyVoice("li")


@pytest.fixture
def synthesizer(frontend: FrontEnd, voice: MoodyVoice, settings: Settings) -> Synthesizer:
    return Synthesizer(frontend, [voice, SineVoice("wang", gender="male", pitch=110.0)], Gate(1, 0.0))


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Gives the base URL of a server on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving(app) as url:
        yield url


@pytest.fixture
def asker(address: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=address, api_key="anything", max_retries=0, timeout=PATIENCE) as client:
        yield client


def params(**changes: Any) -> SpeechCreateParams:
    asked: dict[str, Any] = {"model": "tts-1", "voice": "alloy", "input": FIRST, **changes}
    return asked  # type: ignore[return-value]


def heard(audio: bytes, kind: str) -> Samples:
    """Gives the sound of a stream, of which flac does not tell the length."""
    return decoded_by_ffmpeg(audio, RATE, kind) if kind == "flac" else decoded(audio, RATE, kind)


def spoken(asker: OpenAI, **changes: Any) -> bytes:
    return asker.audio.speech.create(**params(**changes)).read()


def events(asker: OpenAI, **changes: Any) -> list[dict[str, Any]]:
    asking = asker.audio.speech.with_streaming_response.create(**params(stream_format="sse", **changes))
    with asking as response:
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        blocks = "".join(response.iter_text()).split("\n\n")
    assert blocks.pop() == ""
    assert all(block.startswith("data: ") and "\n" not in block for block in blocks)
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


class TestSpeech:
    @pytest.mark.parametrize(
        ("response_format", "ours", "mime_type"),
        [
            ("mp3", "mp3", "audio/mpeg"),
            ("opus", "ogg", "audio/ogg"),
            ("aac", "aac", "audio/aac"),
            ("flac", "flac", "audio/flac"),
            ("wav", "wav", "audio/wav"),
            ("pcm", "pcm", "application/octet-stream"),
        ],
    )
    def test_every_format_can_be_played(
        self, asker: OpenAI, response_format: str, ours: str, mime_type: str
    ) -> None:
        speech = asker.audio.speech.create(**params(response_format=response_format))
        assert speech.response.headers["Content-Type"] == mime_type
        sound = heard(speech.read(), ours)
        assert len(sound) / RATE == pytest.approx(0.6, abs=0.15)
        assert abs(sound).max() > 0.05

    def test_mp3_is_the_default(self, asker: OpenAI) -> None:
        assert asker.audio.speech.create(**params()).response.headers["Content-Type"] == "audio/mpeg"

    def test_audio_comes_while_the_rest_is_being_made(self, asker: OpenAI, voice: MoodyVoice) -> None:
        asked = params(input=f"{FIRST}停一停。", response_format="pcm")
        with asker.audio.speech.with_streaming_response.create(**asked) as response:
            pieces = response.iter_bytes()
            first = next(pieces)
            assert voice.spoken == [FIRST]
            voice.go_on.set()
            streamed = first + b"".join(pieces)
        assert streamed == spoken(asker, input=f"{FIRST}停一停。", response_format="pcm")
        assert len(voice.spoken) == 4

    def test_the_voice_speaks_in_the_mood_of_the_instructions(self, asker: OpenAI, voice: MoodyVoice) -> None:
        spoken(asker, instructions="Speak in a slightly sad tone.")
        spoken(asker, instructions="用非常开心的语气")
        spoken(asker, instructions="Don't sound sad.")
        assert voice.moods == [("sad", 0.6), ("happy", 1.5), ("neutral", 1.0)]

    def test_voices_and_speeds_are_heard(self, asker: OpenAI) -> None:
        usual = spoken(asker, response_format="pcm")
        assert spoken(asker, response_format="pcm", voice={"id": "li"}) == usual
        assert spoken(asker, response_format="pcm", voice="onyx") != usual
        assert len(spoken(asker, response_format="pcm", speed=2)) < len(usual)

    def test_our_own_fields_come_as_extra_body(self, asker: OpenAI, voice: MoodyVoice) -> None:
        extra = {"emotion": "happy", "intensity": 0.5, "sample_rate": 16000}
        speech = asker.audio.speech.create(**params(response_format="wav"), extra_body=extra)
        assert len(decoded(speech.read(), 16000, "wav")) > 0
        assert voice.moods == [("happy", 0.5)]

    def test_ssml_is_understood(self, asker: OpenAI, voice: MoodyVoice) -> None:
        spoken(asker, input='<speak><emotion category="sad">你好</emotion></speak>')
        assert voice.moods == [("sad", 1.0)]

    def test_the_asynchronous_client_works_as_well(self, address: str) -> None:
        async def ask() -> tuple[bytes, bytes]:
            async with AsyncOpenAI(base_url=address, api_key="anything") as asker:
                whole = await asker.audio.speech.create(**params(response_format="flac"))
                asked = params(response_format="flac")
                async with asker.audio.speech.with_streaming_response.create(**asked) as response:
                    return whole.read(), b"".join([piece async for piece in response.iter_bytes()])

        whole, streamed = asyncio.run(ask())
        assert whole == streamed
        assert len(heard(whole, "flac")) > 0


class TestEvents:
    @pytest.mark.parametrize("response_format", ["mp3", "pcm"])
    def test_the_deltas_are_the_audio(self, asker: OpenAI, response_format: str) -> None:
        told = events(asker, input=FIRST + SECOND, response_format=response_format)
        assert {event["type"] for event in told[:-1]} == {"speech.audio.delta"}
        audio = b"".join(base64.b64decode(event["audio"]) for event in told[:-1])
        assert audio == spoken(asker, input=FIRST + SECOND, response_format=response_format)

    def test_the_last_tells_the_usage(self, asker: OpenAI) -> None:
        told = events(asker)
        seconds = len(spoken(asker, response_format="pcm")) / 2 / RATE
        frames = math.ceil(seconds / 0.04)
        assert told[-1] == {
            "type": "speech.audio.done",
            "usage": {
                "input_tokens": len(FIRST),
                "output_tokens": frames,
                "total_tokens": len(FIRST) + frames,
            },
        }

    def test_a_fault_on_the_way_is_the_last(self, asker: OpenAI) -> None:
        told = events(asker, input=f"{FIRST}坏了。")
        assert [event["type"] for event in told[-2:]] == ["speech.audio.delta", "error"]
        assert told[-1]["error"]["code"] == "speech_failed"

    def test_a_fault_at_the_beginning_is_a_status(self, asker: OpenAI) -> None:
        with pytest.raises(openai.InternalServerError) as caught:
            events(asker, input="坏了。")
        assert caught.value.code == "speech_failed"


class TestErrors:
    @pytest.mark.parametrize(
        ("changes", "code", "told"),
        [
            ({"voice": "nobody"}, "unknown_voice", "li, wang"),
            ({"speed": 4.1}, "invalid_field", "0.25 to 4"),
            ({"response_format": "ogg"}, "invalid_field", "opus"),
            ({"stream_format": "websocket"}, "invalid_field", "sse"),
            ({"input": 5}, "invalid_field", "'input'"),
            ({"voice": {"name": "li"}}, "invalid_field", "'voice'"),
            ({"input": "长" * 501}, "text_too_long", "'input' has 501 characters; at most 500"),
            ({"instructions": "好" * 4097}, "invalid_field", "4096"),
            ({"input": "<speak>"}, "invalid_ssml", "line 1"),
            ({"extra_body": {"language": "zh"}}, "invalid_field", "'language'"),
            ({"extra_body": {"emotion": "smug"}}, "unknown_emotion", "neutral, happy, sad"),
        ],
    )
    def test_a_wrong_request_is_told_what_is_allowed(
        self, asker: OpenAI, changes: dict[str, Any], code: str, told: str
    ) -> None:
        with pytest.raises(openai.BadRequestError) as caught:
            spoken(asker, **changes)
        assert (caught.value.code, caught.value.type) == (code, "invalid_request_error")
        assert told in caught.value.message

    def test_an_unknown_model_is_not_found(self, asker: OpenAI) -> None:
        for ask in (lambda: spoken(asker, model="tts-9"), lambda: asker.models.retrieve("tts-9")):
            with pytest.raises(openai.NotFoundError) as caught:
                ask()
            assert caught.value.code == "model_not_found"

    def test_the_rest_of_openais_api_is_not_found(self, asker: OpenAI) -> None:
        with pytest.raises(openai.NotFoundError) as caught:
            asker.embeddings.create(model="tts-1", input="你好")
        assert caught.value.code == "not_found"

    def test_a_text_without_words_cannot_be_processed(self, asker: OpenAI) -> None:
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            spoken(asker, input="……")
        assert caught.value.code == "nothing_to_speak"

    def test_a_full_queue_is_503_and_tells_when_to_come_back(self, asker: OpenAI, voice: MoodyVoice) -> None:
        asked = params(input=f"{FIRST}停一停。", response_format="pcm")
        with asker.audio.speech.with_streaming_response.create(**asked) as response:
            pieces = response.iter_bytes()
            next(pieces)
            with pytest.raises(openai.InternalServerError) as caught:
                spoken(asker)
            voice.go_on.set()
            assert list(pieces)
        assert (caught.value.status_code, caught.value.code) == (503, "busy")
        assert int(caught.value.response.headers["Retry-After"]) >= 1

    def test_too_many_requests_are_a_rate_limit_error(self, new_app: Callable[..., Flask]) -> None:
        with serving(new_app(rate_limit="1/hour")) as url:
            asker = OpenAI(base_url=url, api_key="anything", max_retries=0, timeout=PATIENCE)
            assert list(asker.models.list())
            with pytest.raises(openai.RateLimitError) as caught:
                asker.models.list()
        assert caught.value.type == "rate_limit_error"


def test_models_are_listed_and_each_can_be_had(asker: OpenAI) -> None:
    models = list(asker.models.list())
    assert [model.id for model in models] == ["qingsheng", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"]
    assert [asker.models.retrieve(model.id) for model in models] == models
    assert asker.models.retrieve("gpt-4o-mini-tts-2025-12-15").object == "model"


def test_voices_are_listed(asker: OpenAI) -> None:
    told = asker.get("/audio/voices", cast_to=dict[str, Any])
    assert told["voices"] == [
        {"id": "li", "name": "li", "gender": "female", "emotions": ["neutral", "happy", "sad"]},
        {"id": "wang", "name": "wang", "gender": "male", "emotions": ["neutral", "happy", "sad"]},
    ]


def test_the_example_runs(address: str, tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, EXAMPLE, address], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Usage: " in ran.stdout
    for name, kind in (("plain.mp3", "mp3"), ("streamed.wav", "wav"), ("events.mp3", "mp3")):
        assert len(heard((tmp_path / name).read_bytes(), kind)) / RATE > 1
