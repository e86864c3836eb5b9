"""What a request in OpenAI's words means in ours."""

from __future__ import annotations

import pytest

from service.request import SpeechRequest
from service.runtime.gate import Gate
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from service.web.openai_speech import OpenAISpeech, is_model, meant
from tests.web.sine import SineVoice

FEMALE = ("alloy", "coral", "marin", "nova", "sage", "shimmer")
MALE = ("ash", "ballad", "cedar", "echo", "fable", "onyx", "verse")


@pytest.fixture
def voices() -> list[SineVoice]:
    return [
        SineVoice("zhao", gender=None),
        SineVoice("qian", gender="female", emotions=("neutral", "sad")),
        SineVoice("sun", gender="male", emotions=("neutral", "happy", "excited")),
        SineVoice("li", gender="male"),
    ]


@pytest.fixture
def synthesizer(frontend: FrontEnd, voices: list[SineVoice]) -> Synthesizer:
    return Synthesizer(frontend, voices, Gate(1, 30.0))


def asked(synthesizer: Synthesizer, **fields: object) -> SpeechRequest:
    body = {"model": "tts-1", "input": "你好", **fields}
    return meant(OpenAISpeech.model_validate(body), synthesizer)


class TestVoice:
    def test_ours_are_known_by_their_names(self, synthesizer: Synthesizer) -> None:
        assert asked(synthesizer, voice="li").voice == "li"

    def test_an_object_names_one_by_its_id(self, synthesizer: Synthesizer) -> None:
        assert asked(synthesizer, voice={"id": "li"}).voice == "li"

    @pytest.mark.parametrize(("name", "voice"), [*((n, "qian") for n in FEMALE), *((n, "sun") for n in MALE)])
    def test_openais_are_the_first_of_their_gender(
        self, synthesizer: Synthesizer, name: str, voice: str
    ) -> None:
        assert asked(synthesizer, voice=name).voice == voice

    @pytest.mark.parametrize("name", ["alloy", "onyx"])
    def test_openais_are_the_default_where_there_is_none_of_their_gender(
        self, frontend: FrontEnd, name: str
    ) -> None:
        synthesizer = Synthesizer(
            frontend, [SineVoice("zhao", gender=None), SineVoice("w", gender=None)], Gate(1, 1)
        )
        assert asked(synthesizer, voice=name).voice == "zhao"

    def test_one_of_ours_with_openais_name_is_ours(self, frontend: FrontEnd) -> None:
        synthesizer = Synthesizer(frontend, [SineVoice("zhao"), SineVoice("onyx")], Gate(1, 1))
        assert asked(synthesizer, voice="onyx").voice == "onyx"

    def test_the_default_speaks_where_none_is_named(self, synthesizer: Synthesizer) -> None:
        assert asked(synthesizer).voice == "zhao"

    def test_an_unknown_one_is_left_for_the_synthesizer_to_refuse(self, synthesizer: Synthesizer) -> None:
        assert asked(synthesizer, voice="nobody", instructions="sad").voice == "nobody"


class TestMood:
    def test_instructions_name_an_emotion_of_the_voice(self, synthesizer: Synthesizer) -> None:
        style = asked(synthesizer, voice="qian", instructions="非常悲伤").style
        assert (style.emotion, style.intensity) == ("sad", 1.5)
        assert asked(synthesizer, voice="onyx", instructions="excited").emotion == "excited"

    def test_an_emotion_that_the_voice_has_not_is_neutral(self, synthesizer: Synthesizer) -> None:
        style = asked(synthesizer, voice="sun", instructions="very sad").style
        assert (style.emotion, style.intensity) == ("neutral", 1.0)

    def test_explicit_fields_go_before_instructions(self, synthesizer: Synthesizer) -> None:
        style = asked(synthesizer, instructions="very sad", emotion="happy").style
        assert (style.emotion, style.intensity) == ("happy", 1.0)
        style = asked(synthesizer, instructions="very sad", intensity=0.8).style
        assert (style.emotion, style.intensity) == ("sad", 0.8)

    def test_no_instructions_are_neutral(self, synthesizer: Synthesizer) -> None:
        assert asked(synthesizer, instructions=None).emotion == "neutral"


class TestSound:
    @pytest.mark.parametrize(
        ("response_format", "audio_format"),
        [("mp3", "mp3"), ("opus", "ogg"), ("aac", "aac"), ("flac", "flac"), ("wav", "wav"), ("pcm", "pcm")],
    )
    def test_formats_have_openais_names_and_24_khz(
        self, synthesizer: Synthesizer, response_format: str, audio_format: str
    ) -> None:
        request = asked(synthesizer, response_format=response_format)
        assert (request.format, request.sample_rate) == (audio_format, 24000)

    def test_mp3_is_the_default(self, synthesizer: Synthesizer) -> None:
        assert asked(synthesizer).format == "mp3"

    @pytest.mark.parametrize(("speed", "ours"), [(0.25, 0.5), (0.5, 0.5), (1, 1.0), (1.7, 1.7), (4.0, 2.0)])
    def test_speeds_are_held_to_ours(self, synthesizer: Synthesizer, speed: float, ours: float) -> None:
        assert asked(synthesizer, speed=speed).speed == ours

    def test_our_own_fields_are_taken_over(self, synthesizer: Synthesizer) -> None:
        request = asked(synthesizer, pitch=2, volume=0.5, sample_rate=48000)
        assert (request.pitch, request.volume, request.sample_rate) == (2, 0.5, 48000)


class TestModel:
    @pytest.mark.parametrize(
        "name",
        [
            "qingsheng",
            "tts-1",
            "tts-1-1106",
            "tts-1-hd",
            "tts-1-hd-1106",
            "gpt-4o-mini-tts",
            "gpt-4o-mini-tts-2025-12-15",
        ],
    )
    def test_ours_and_openais_are_known(self, name: str) -> None:
        assert is_model(name)

    @pytest.mark.parametrize("name", ["", "tts-2", "gpt-4o", "tts-1-", "gpt-4o-mini-tts-latest", "tts-1\n"])
    def test_others_are_not(self, name: str) -> None:
        assert not is_model(name)
