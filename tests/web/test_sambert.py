"""``POST /tts`` with Sambert-HifiGan voices."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
import soundfile
from flask.testing import FlaskClient

from service.app import create_app
from service.runtime.export.voice import export_voice
from service.runtime.exported import ExportedVoice
from service.runtime.gate import Gate
from service.sambert import load_sambert_voices
from service.settings import Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from tests.test_sambert import absurd, exported, with_emotions, with_names
from tests.web.conftest import ready

Serve = Callable[..., FlaskClient]


@pytest.fixture
def serve(frontend: FrontEnd, settings: Settings) -> Serve:
    def client(*voices: ExportedVoice) -> FlaskClient:
        loaded = load_sambert_voices(voices, threads=1, precision=None)
        synthesizer = Synthesizer(frontend, loaded, Gate(4, 4))
        return create_app(ready(settings, synthesizer)).test_client()

    return client


def test_json_times_words_and_syllables(serve: Serve) -> None:
    text = "欢迎光临。hello！"
    body = serve(exported("plain_emo")).post("/tts", json={"text": text, "response": "json"}).get_json()
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(body["audio"])))
    assert rate == 16_000
    assert len(samples) / rate == pytest.approx(body["seconds"], abs=0.001)
    words = body["words"]
    assert "".join(text[word["start_char"] : word["end_char"]] for word in words) == "欢迎光临hello"
    assert [s["text"] for word in words for s in word["syllables"]] == [
        *("huan1", "ying2", "guang1", "lin2"),
        *("HH AH0", "L OW1"),
    ]
    times = [time for word in words for s in word["syllables"] for time in (s["start"], s["end"])]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= body["seconds"]


def test_two_emotions_in_one_sentence_are_both_heard(serve: Serve) -> None:
    client = serve(exported("plain_emo"))

    def audio(first: str, second: str) -> bytes:
        said = f'<emotion category="{first}">你好</emotion>，<emotion category="{second}">世界</emotion>'
        response = client.post("/tts", json={"text": f"<speak>{said}</speak>"})
        assert response.status_code == 200
        return bytes(response.data)

    pairs = [("happy", "sad"), ("happy", "happy"), ("sad", "sad"), ("sad", "happy")]
    assert len({audio(*pair) for pair in pairs}) == 4


@pytest.mark.parametrize("text", ["你好", '<speak>你好，<emotion category="happy">世界</emotion></speak>'])
def test_an_emotion_that_the_voice_lacks_is_400_with_its_list(serve: Serve, text: str) -> None:
    client = serve(with_emotions("neutral", "sad", "hate"))
    response = client.post("/tts", json={"text": text, "emotion": "happy"})
    assert response.status_code == 400
    assert response.get_json()["code"] == "unknown_emotion"
    assert "neutral, sad, hate" in response.get_json()["error"]


def test_what_the_voice_cannot_say_is_422_and_named(serve: Serve) -> None:
    client = serve(with_names(exported("plain_emo"), "sy", {"sh_c": "xx"}))
    assert client.post("/tts", json={"text": "你好。"}).status_code == 200
    response = client.post("/tts", json={"text": "你好，世界。"})
    assert response.status_code == 422
    assert response.get_json()["code"] == "unspeakable"
    assert "'世界'" in response.get_json()["error"]


def test_speech_that_is_none_is_500_with_its_own_code(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    response = serve(export_voice(absurd())).post("/tts", json={"text": "一个秘密"})
    assert response.status_code == 500
    assert response.get_json()["code"] == "speech_failed"
    assert response.get_json()["error"].count(".") == 1
    assert any("speech_failed" in record.getMessage() for record in caplog.records)
    assert "秘密" not in caplog.text


def test_the_voice_speaks_again_after_a_failure(serve: Serve) -> None:
    client = serve(export_voice(absurd()), exported("nsf_emo"))
    assert client.post("/tts", json={"text": "你好"}).status_code == 500
    assert client.post("/tts", json={"text": "你好", "voice": "nsf_emo"}).status_code == 200


def test_voices_tells_no_gender_where_the_files_do_not(serve: Serve) -> None:
    (told,) = serve(exported("plain_emo")).get("/voices").get_json()["voices"]
    assert told["gender"] is None
    assert told["emotions"][:4] == ["neutral", "angry", "disgust", "fear"]
