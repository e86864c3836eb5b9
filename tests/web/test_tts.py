"""``POST /tts``: what a client gets."""

from __future__ import annotations

import base64
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import soundfile
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.audio import encode
from service.request import FORMATS, SAMPLE_RATES
from service.runtime.gate import Gate
from service.settings import Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from tests.test_speech import SyllableVoice
from tests.web.conftest import ready
from tests.web.sine import SineVoice

TEXT = "欢迎光临。今天天气很好。"


def test_text_alone_gives_a_wav_at_the_voices_own_rate(client: FlaskClient) -> None:
    response = client.post("/tts", json={"text": TEXT})
    assert response.status_code == 200
    assert response.mimetype == "audio/wav"
    samples, rate = soundfile.read(io.BytesIO(response.data))
    assert rate == 24000
    assert float(response.headers["X-Audio-Seconds"]) == pytest.approx(len(samples) / rate, abs=0.001)
    assert abs(samples).max() > 0.05


@pytest.mark.parametrize("sample_rate", SAMPLE_RATES)
@pytest.mark.parametrize("audio_format", ["wav", "flac", "ogg", "mp3"])
def test_every_format_at_every_rate_decodes_to_the_same_length(
    client: FlaskClient, audio_format: str, sample_rate: int
) -> None:
    body = {"text": TEXT, "format": audio_format, "sample_rate": sample_rate}
    response = client.post("/tts", json=body)
    assert response.status_code == 200
    samples, rate = soundfile.read(io.BytesIO(response.data))
    assert len(samples) / rate == pytest.approx(float(response.headers["X-Audio-Seconds"]), abs=0.15)
    if audio_format != "ogg":  # a decoder of Opus is free to give 48 kHz
        assert rate == sample_rate


def test_pcm_is_sixteen_bit_samples_without_a_header(client: FlaskClient) -> None:
    response = client.post("/tts", json={"text": TEXT, "format": "pcm", "sample_rate": 8000})
    seconds = float(response.headers["X-Audio-Seconds"])
    assert len(response.data) / 2 / 8000 == pytest.approx(seconds, abs=0.01)


def test_formats_have_their_mime_types(client: FlaskClient) -> None:
    types = {name: client.post("/tts", json={"text": TEXT, "format": name}).mimetype for name in FORMATS}
    assert types == dict(encode.FORMATS)
    assert types["mp3"] == "audio/mpeg"


def test_the_schema_allows_just_what_can_be_encoded() -> None:
    assert set(FORMATS) == set(encode.FORMATS)
    assert set(SAMPLE_RATES) == set(encode.SAMPLE_RATES)


def test_base64_is_json_with_the_same_audio(client: FlaskClient) -> None:
    audio = client.post("/tts", json={"text": TEXT}).data
    answer = client.post("/tts", json={"text": TEXT, "response": "base64"})
    assert answer.mimetype == "application/json"
    body = answer.get_json()
    assert base64.b64decode(body["audio"]) == audio
    assert (body["format"], body["mime_type"], body["sample_rate"]) == ("wav", "audio/wav", 24000)
    assert "words" not in body


def test_json_adds_when_each_word_is_heard(client: FlaskClient) -> None:
    body = client.post("/tts", json={"text": TEXT, "response": "json"}).get_json()
    words = body["words"]
    assert "".join(TEXT[word["start_char"] : word["end_char"]] for word in words) == TEXT.replace("。", "")
    times = [time for word in words for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[-1] <= body["seconds"] + 0.001


def test_json_has_the_syllables_that_the_voice_times(frontend: FrontEnd, settings: Settings) -> None:
    synthesizer = Synthesizer(frontend, [SyllableVoice("sine"), SineVoice("hum")], Gate(1, 1))
    client = create_app(ready(settings, synthesizer)).test_client()

    def syllables(voice: str) -> list[object]:
        body = {"text": "你好", "voice": voice, "response": "json"}
        return [word["syllables"] for word in client.post("/tts", json=body).get_json()["words"]]

    assert syllables("sine") == [[{"text": "你好", "start": 0.0, "end": 0.2}]]
    assert syllables("hum") == [[]]


@pytest.mark.parametrize(
    ("kind", "content_type", "shown"),
    [
        (
            "srt",
            "application/x-subrip; charset=utf-8",
            "1\n00:00:00,000 --> 00:00:00,400\n欢迎光临。\n\n"
            "2\n00:00:00,800 --> 00:00:01,400\n今天天气很好。\n\n",
        ),
        (
            "vtt",
            "text/vtt; charset=utf-8",
            "WEBVTT\n\n00:00:00.000 --> 00:00:00.400\n欢迎光临。\n"
            "\n00:00:00.800 --> 00:00:01.400\n今天天气很好。\n",
        ),
    ],
)
def test_subtitles_are_those_of_the_audio(
    client: FlaskClient, kind: str, content_type: str, shown: str
) -> None:
    audio = client.post("/tts", json={"text": TEXT})
    response = client.post("/tts", json={"text": TEXT, "response": kind})
    assert response.status_code == 200
    assert response.content_type == content_type
    assert response.get_data(as_text=True) == shown
    assert response.headers["X-Audio-Seconds"] == audio.headers["X-Audio-Seconds"]


def test_subtitles_show_ssml_without_its_markup(client: FlaskClient) -> None:
    ssml = '<speak><s>你好，<emotion category="happy">世界</emotion></s><s>AT&amp;T</s></speak>'
    text = client.post("/tts", json={"text": ssml, "response": "vtt"}).get_data(as_text=True)
    assert "\n你好，世界\n" in text
    assert "speak" not in text


def test_chinese_in_a_response_is_not_escaped(client: FlaskClient) -> None:
    data = client.post("/tts", json={"text": TEXT, "response": "json"}).data
    assert "欢迎".encode() in data


def test_speed_pitch_and_volume_reach_the_voice(client: FlaskClient) -> None:
    def peak_and_seconds(**style: float) -> tuple[float, float]:
        response = client.post("/tts", json={"text": "天气很好", **style})
        samples, rate = soundfile.read(io.BytesIO(response.data))
        return abs(samples).max(), len(samples) / rate

    peak, seconds = peak_and_seconds()
    assert peak_and_seconds(volume=0.5)[0] == pytest.approx(peak / 2, rel=0.05)
    assert peak_and_seconds(speed=2)[1] < seconds * 0.75
    assert client.post("/tts", json={"text": "天气很好", "pitch": 12}).headers["X-Cache"] == "miss"


def test_ssml_may_change_the_voice(client: FlaskClient) -> None:
    ssml = '<speak>你好。<voice name="hum">你好。</voice></speak>'
    assert client.post("/tts", json={"text": ssml}).status_code == 200


class TestCache:
    def test_a_repeated_request_is_a_hit_with_the_same_bytes(
        self, client: FlaskClient, voice: SineVoice
    ) -> None:
        first, second = (client.post("/tts", json={"text": TEXT}) for _ in range(2))
        assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("miss", "hit")
        assert first.data == second.data
        assert len(voice.spoken) == 2  # two sentences, once

    def test_the_kinds_of_response_share_an_entry(self, client: FlaskClient) -> None:
        client.post("/tts", json={"text": TEXT})
        for kind in ("base64", "json", "srt", "vtt"):
            assert client.post("/tts", json={"text": TEXT, "response": kind}).headers["X-Cache"] == "hit"

    def test_naming_the_default_voice_changes_nothing(self, client: FlaskClient) -> None:
        client.post("/tts", json={"text": TEXT})
        assert client.post("/tts", json={"text": TEXT, "voice": "sine"}).headers["X-Cache"] == "hit"

    @pytest.mark.parametrize(
        "change",
        [
            {"text": "再见。"},
            {"voice": "hum"},
            {"emotion": "happy"},
            {"intensity": 0.5},
            {"speed": 1.1},
            {"pitch": 1},
            {"volume": 0.9},
            {"format": "flac"},
            {"sample_rate": 8000},
        ],
    )
    def test_whatever_changes_the_audio_is_a_miss(
        self, client: FlaskClient, change: dict[str, object]
    ) -> None:
        client.post("/tts", json={"text": TEXT})
        assert client.post("/tts", json={"text": TEXT} | change).headers["X-Cache"] == "miss"

    def test_a_new_version_of_the_voice_is_a_miss(self, client: FlaskClient, voice: SineVoice) -> None:
        client.post("/tts", json={"text": TEXT})
        voice.version = "2"
        assert client.post("/tts", json={"text": TEXT}).headers["X-Cache"] == "miss"

    def test_requests_at_once_for_the_same_audio_compute_it_once(self, app: Flask, voice: SineVoice) -> None:
        voice.may_speak.clear()
        with ThreadPoolExecutor(3) as pool:
            asked = [
                pool.submit(lambda: app.test_client().post("/tts", json={"text": "你好"})) for _ in "123"
            ]
            voice.may_speak.set()
            answers = [future.result() for future in asked]
        assert sorted(answer.headers["X-Cache"] for answer in answers) == ["hit", "hit", "miss"]
        assert len(voice.spoken) == 1


def test_server_timing_tells_the_stages(client: FlaskClient) -> None:
    miss, hit = (client.post("/tts", json={"text": TEXT}).headers["Server-Timing"] for _ in range(2))
    assert [stage.split(";")[0] for stage in miss.split(", ")] == ["queue", "synthesis", "encode", "total"]
    assert hit.startswith("total;dur=")


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"speed": 3}, "'speed' must be a number from 0.5 to 2"),
            ({"speed": "1"}, "'speed'"),
            ({"speed": True}, "'speed'"),
            ({"intensity": -0.1}, "'intensity' must be a number from 0 to 2"),
            ({"pitch": 12.1}, "from -12 to 12"),
            ({"volume": 2.1}, "'volume' must be a number from 0 to 2"),
            ({"volume": None}, "'volume'"),
            ({"format": "wma"}, "wav, mp3, flac, ogg, aac, pcm"),
            ({"sample_rate": 44100}, "8000, 16000, 24000, 48000"),
            ({"sample_rate": "16000"}, "8000, 16000, 24000, 48000"),
            ({"response": "file"}, "audio, url, base64, json, srt, vtt"),
            ({"text": ["你好"]}, "'text' must be a string"),
            ({"text": None}, "'text' must be a string"),
            ({"txt": "你好"}, "Unknown field 'txt'; allowed are text, voice"),
            ({"": 1}, "Unknown field ''"),
        ],
    )
    def test_a_wrong_field_is_named_with_what_is_allowed(
        self, client: FlaskClient, change: dict[str, object], said: str
    ) -> None:
        response = client.post("/tts", json={"text": TEXT} | change)
        assert response.status_code == 400
        assert response.get_json()["code"] == "invalid_field"
        assert said in response.get_json()["error"]

    def test_a_body_without_text(self, client: FlaskClient) -> None:
        response = client.post("/tts", json={})
        assert response.status_code == 400
        assert "'text' is missing" in response.get_json()["error"]

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"", "line 1, column 1"),
            (b'{"text": }', "line 1, column 10"),
            (b'{"text": "\xff"}', "UTF-8 (byte 11)"),
            (b'"text"', "JSON object"),
            (b"[]", "JSON object"),
            (b"null", "JSON object"),
            (b'{"text": "a", "text": "b"}', "'text' is given twice"),
            (b'{"text": "a", "speed": NaN}', "NaN"),
            (b'{"text": "a", "speed": -Infinity}', "-Infinity"),
            (b'{"text": "a", "speed": 1e999}', "'speed' must be"),
            (b'{"text": "a", "speed": ' + b"9" * 5000 + b"}", "too many digits"),
            (b'{"text": "a", "speed": ' + b"9" * 400 + b"}", "'speed' must be"),
            (b'{"text": "\\ud800"}', "surrogate"),
            (b'{"text": "a", "\\udfff": 1}', "surrogate"),
            (b'{"text": "a", "voice": "\\ud800"}', "surrogate"),
            (b"[" * 100_000, "nested too deeply"),
            (b'{"text":' * 100_000, "nested too deeply"),
        ],
    )
    def test_a_body_that_is_no_request(self, client: FlaskClient, body: bytes, said: str) -> None:
        response = client.post("/tts", data=body, content_type="application/json")
        assert response.status_code == 400
        assert said in response.get_json()["error"]

    def test_a_byte_order_mark_does_no_harm(self, client: FlaskClient) -> None:
        body = b"\xef\xbb\xbf" + json.dumps({"text": TEXT}).encode()
        assert client.post("/tts", data=body, content_type="application/json").status_code == 200

    @pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
    def test_another_content_type_is_415(self, client: FlaskClient, content_type: str | None) -> None:
        response = client.post("/tts", data=b'{"text": "a"}', content_type=content_type)
        assert response.status_code == 415
        assert response.get_json()["code"] == "unsupported_media_type"
        assert "application/json" in response.get_json()["error"]

    def test_a_text_over_the_limit_is_told_the_limit(self, client: FlaskClient) -> None:
        assert client.post("/tts", json={"text": "好" * 500}).status_code == 200
        response = client.post("/tts", json={"text": "好" * 501})
        assert response.status_code == 400
        assert response.get_json()["code"] == "text_too_long"
        assert "at most 500" in response.get_json()["error"]

    def test_a_body_over_the_limit_is_413(self, client: FlaskClient) -> None:
        response = client.post("/tts", data=b" " * 3_000_000, content_type="application/json")
        assert response.status_code == 413
        assert response.get_json()["code"] == "body_too_large"
        assert "2097152" in response.get_json()["error"]

    @pytest.mark.parametrize(
        ("field", "allowed"), [("voice", ["sine", "hum"]), ("emotion", ["neutral", "sad"])]
    )
    def test_an_unknown_voice_or_emotion_lists_those_that_are(
        self, client: FlaskClient, field: str, allowed: list[str]
    ) -> None:
        response = client.post("/tts", json={"text": TEXT, field: "nobody"})
        assert response.status_code == 400
        assert response.get_json()["code"] == f"unknown_{field}"
        assert all(name in response.get_json()["error"] for name in allowed)

    @pytest.mark.parametrize("text", ["", " \n", "！？…", "😀😀"])
    def test_nothing_to_speak_is_422(self, client: FlaskClient, text: str) -> None:
        response = client.post("/tts", json={"text": text})
        assert response.status_code == 422
        assert response.get_json()["code"] == "nothing_to_speak"

    def test_broken_ssml_is_told_its_place(self, client: FlaskClient) -> None:
        response = client.post("/tts", json={"text": "<speak>你好<break></speak>"})
        assert response.status_code == 400
        assert response.get_json()["code"] == "invalid_ssml"
        assert "line 1" in response.get_json()["error"]


class TestOverload:
    def test_one_request_too_many_is_asked_to_come_back(
        self, frontend: FrontEnd, settings: Settings, voice: SineVoice
    ) -> None:
        """By the first guess of the pace, three texts of two characters are 0.6 seconds of work."""
        synthesizer = Synthesizer(frontend, [voice], Gate(1, queue_seconds=0.5))
        app = create_app(ready(settings, synthesizer))
        voice.may_speak.clear()
        refused = threading.Event()

        def ask(text: str) -> int:
            response = app.test_client().post("/tts", json={"text": text})
            if response.status_code == 503:
                assert response.get_json()["code"] == "busy"
                assert int(response.headers["Retry-After"]) >= 1
                refused.set()
            return response.status_code

        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask, text) for text in ("一点", "两点", "三点", "四点")]
            assert refused.wait(30)
            voice.may_speak.set()
            assert sorted(future.result() for future in asked) == [200, 200, 200, 503]
