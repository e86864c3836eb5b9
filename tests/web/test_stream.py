"""``POST /tts/stream``: what a client gets while it is spoken."""

from __future__ import annotations

import errno
import io
import logging
import socket
import threading
from collections.abc import Callable, Generator, Iterator

import av
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.audio.encode import FORMATS
from service.runtime.gate import Gate
from service.settings import Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence
from service.voice import Clip, UnspeakableError
from tests.waiting import until
from tests.web.conftest import ready
from tests.web.sine import SineVoice

TEXT = "欢迎光临。今天天气很好。"
HUMMED = '<speak>你好。<voice name="hum">今天天气很好。</voice>再见。</speak>'  # two voices take turns
LONG = 10.0  # seconds after which a test that hangs fails
WAV_HEADER = 44


@pytest.fixture
def hum(synthesizer: Synthesizer) -> SineVoice:
    """Speaks what ``HUMMED`` says in the middle."""
    voice = synthesizer.voices["hum"]
    assert isinstance(voice, SineVoice)
    return voice


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, object]]]:
    """The log's lines about requests."""
    caplog.set_level(logging.INFO)

    def told() -> list[dict[str, object]]:
        dicts = (record.msg for record in caplog.records if isinstance(record.msg, dict))
        return [line for line in dicts if line["event"] == "request"]

    return told


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    until(lambda: not any(thread.name == "speak-ahead" for thread in threading.enumerate()))


class Mute(SineVoice):
    """Cannot say anything."""

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        raise UnspeakableError(f"The voice cannot say {sentence.text}.")
        yield


def pcm_of(audio: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with av.open(io.BytesIO(audio)) as container:
        resampler = av.AudioResampler("s16", "mono")
        frames = [*container.decode(audio=0), None]
        pieces = [piece.to_ndarray()[0] for frame in frames for piece in resampler.resample(frame)]
    return np.concatenate(pieces)


class TestBody:
    @pytest.mark.parametrize("sample_rate", [None, 8000, 48000])
    @pytest.mark.parametrize(("format", "header"), [("pcm", 0), ("wav", WAV_HEADER)])
    def test_samples_are_those_of_the_whole(
        self, client: FlaskClient, format: str, header: int, sample_rate: int | None
    ) -> None:
        body = {"text": TEXT, "format": format, "sample_rate": sample_rate, "emotion": "happy"}
        streamed = client.post("/tts/stream", json=body)
        assert streamed.status_code == 200
        assert streamed.data[header:] == client.post("/tts", json=body).data[header:]

    @pytest.mark.parametrize("format", FORMATS)
    def test_every_format_plays_for_as_long_as_the_whole(self, client: FlaskClient, format: str) -> None:
        body = {"text": TEXT, "format": format}
        streamed = client.post("/tts/stream", json=body)
        assert streamed.mimetype == FORMATS[format]
        if format == "pcm":
            return
        whole = client.post("/tts", json={"text": TEXT})
        rate = 48000 if format == "ogg" else 24000
        seconds = float(whole.headers["X-Audio-Seconds"])
        assert len(pcm_of(streamed.data)) / rate == pytest.approx(seconds, abs=0.15)

    def test_headers_keep_caches_and_proxies_from_holding_it_back(self, client: FlaskClient) -> None:
        response = client.post("/tts/stream", json={"text": TEXT, "sample_rate": 16000})
        assert response.headers["X-Audio-Sample-Rate"] == "16000"
        assert response.headers["X-Accel-Buffering"] == "no"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Request-Id"]
        assert "Content-Length" not in response.headers

    def test_its_rate_is_the_voices_own_unless_asked_for(self, client: FlaskClient) -> None:
        response = client.post("/tts/stream", json={"text": TEXT})
        assert response.headers["X-Audio-Sample-Rate"] == "24000"

    def test_sound_comes_while_the_rest_is_still_to_be_spoken(
        self, client: FlaskClient, hum: SineVoice
    ) -> None:
        hum.may_speak.clear()
        response = client.post("/tts/stream", json={"text": HUMMED})
        pieces = response.iter_encoded()
        assert len(next(pieces)) > WAV_HEADER
        assert hum.spoken == []
        hum.may_speak.set()
        assert sum(map(len, pieces)) > 0
        assert hum.spoken == ["今天天气很好。"]
        response.close()

    def test_the_log_tells_when_sound_came_and_how_much(
        self, client: FlaskClient, lines: Callable[[], list[dict[str, object]]]
    ) -> None:
        pcm = client.post("/tts/stream", json={"text": TEXT, "format": "pcm"}, buffered=True).data
        (line,) = lines()
        assert (line["route"], line["status"], line["format"]) == ("/tts/stream", 200, "pcm")
        assert line["audio_seconds"] == pytest.approx(len(pcm) / 2 / 24000, abs=0.001)
        assert 0 < float(str(line["first_audio_ms"])) <= float(str(line["total_ms"]))
        assert not {"cancelled", "code"} & line.keys()

    def test_other_methods_are_told_the_right_one(self, client: FlaskClient) -> None:
        for method in ("GET", "HEAD"):
            response = client.open("/tts/stream", method=method)
            assert response.status_code == 405
            assert "POST" in response.headers["Allow"]
        assert client.options("/tts/stream").status_code == 200


class TestErrorsBeforeTheFirstSound:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"text": TEXT, "voice": "nobody"}, 400, "unknown_voice"),
            ({"text": TEXT, "emotion": "hungry"}, 400, "unknown_emotion"),
            ({"text": "！？"}, 422, "nothing_to_speak"),
            ({"text": "<speak>你好"}, 400, "invalid_ssml"),
            ({"text": "好" * 501}, 400, "text_too_long"),
            ({"text": TEXT, "response": "base64"}, 400, "invalid_field"),
            ({"text": TEXT, "colour": "red"}, 400, "invalid_field"),
        ],
    )
    def test_a_request_that_cannot_be_met_is_told_why(
        self, client: FlaskClient, body: dict[str, str], status: int, code: str
    ) -> None:
        response = client.post("/tts/stream", json=body)
        assert (response.status_code, response.get_json()["code"]) == (status, code)

    def test_a_first_sentence_that_cannot_be_spoken_is_422(
        self, frontend: FrontEnd, settings: Settings
    ) -> None:
        mute = Synthesizer(frontend, [Mute("mute")], Gate(1, 30.0))
        client = create_app(ready(settings, mute)).test_client()
        response = client.post("/tts/stream", json={"text": TEXT})
        assert (response.status_code, response.get_json()["code"]) == (422, "unspeakable")

    def test_one_that_is_not_spoken_in_its_time_is_503(self, client: FlaskClient, voice: SineVoice) -> None:
        voice.may_speak.clear()
        response = client.post("/tts/stream", json={"text": TEXT}, headers={"X-Request-Timeout": "0.1"})
        voice.may_speak.set()
        assert (response.status_code, response.get_json()["code"]) == (503, "out_of_time")
        assert int(response.headers["Retry-After"]) >= 1

    def test_one_too_many_is_asked_to_come_back(self, frontend: FrontEnd, settings: Settings) -> None:
        hum = SineVoice("hum")
        hum.may_speak.clear()
        synthesizer = Synthesizer(frontend, [SineVoice("sine"), hum], Gate(1, queue_seconds=0.0))
        client = create_app(ready(settings, synthesizer)).test_client()
        running = client.post("/tts/stream", json={"text": HUMMED})
        response = client.post("/tts/stream", json={"text": TEXT})
        hum.may_speak.set()
        running.close()
        assert (response.status_code, response.get_json()["code"]) == (503, "busy")
        assert int(response.headers["Retry-After"]) >= 1


class TestErrorsBehindTheFirstSound:
    @pytest.fixture
    def client(self, frontend: FrontEnd, settings: Settings) -> FlaskClient:
        voices = [SineVoice("sine"), Mute("hum")]
        return create_app(ready(settings, Synthesizer(frontend, voices, Gate(1, 30.0)))).test_client()

    def test_the_body_breaks_off_as_if_the_connection_was_lost(self, client: FlaskClient) -> None:
        pieces = client.post("/tts/stream", json={"text": HUMMED}).iter_encoded()
        with pytest.raises(ConnectionResetError) as broken:
            list(pieces)
        assert broken.value.errno == errno.ECONNRESET  # of which gunicorn makes no traceback

    def test_the_log_has_the_code_and_not_the_text(
        self,
        client: FlaskClient,
        lines: Callable[[], list[dict[str, object]]],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        response = client.post("/tts/stream", json={"text": HUMMED}, headers={"X-Request-Id": "mine"})
        with pytest.raises(ConnectionResetError):
            list(response.iter_encoded())
        response.close()
        (line,) = lines()
        assert (line["request_id"], line["code"]) == ("mine", "unspeakable")
        assert float(str(line["audio_seconds"])) > 0.2
        assert "cancelled" not in line
        assert "今天" not in caplog.text


class TestLeaving:
    def test_a_client_that_leaves_stops_the_work(
        self,
        client: FlaskClient,
        voice: SineVoice,
        hum: SineVoice,
        lines: Callable[[], list[dict[str, object]]],
    ) -> None:
        hum.may_speak.clear()
        response = client.post("/tts/stream", json={"text": HUMMED})
        next(response.iter_encoded())
        response.close()
        hum.may_speak.set()
        (line,) = lines()
        assert line["cancelled"] is True
        until(lambda: hum.closed == ["今天天气很好。"])
        assert voice.spoken == ["你好。"]

    def test_one_that_leaves_while_it_waits_for_the_first_sound_stops_the_work(
        self, client: FlaskClient, voice: SineVoice, lines: Callable[[], list[dict[str, object]]]
    ) -> None:
        voice.may_speak.clear()
        self._left(client, "你好。再见。")
        assert lines()[0]["cancelled"] is True
        voice.may_speak.set()
        until(lambda: voice.closed == ["你好。"])
        assert voice.spoken == ["你好。"]

    def test_one_that_leaves_while_it_waits_for_more_stops_the_work(
        self, client: FlaskClient, hum: SineVoice, lines: Callable[[], list[dict[str, object]]]
    ) -> None:
        hum.may_speak.clear()
        with pytest.raises(ConnectionResetError):
            self._left(client, HUMMED)
        assert hum.closed == []
        hum.may_speak.set()
        until(lambda: hum.closed == ["今天天气很好。"])
        assert lines()[0]["cancelled"] is True

    def _left(self, client: FlaskClient, text: str) -> None:
        """Asks over a connection that the client closes at once."""
        ours, theirs = socket.socketpair()
        theirs.close()
        with ours:
            environ = {"gunicorn.socket": ours}
            client.post("/tts/stream", json={"text": text}, buffered=True, environ_overrides=environ)

    def test_a_slow_reader_holds_nobody_up(self, app: Flask, voice: SineVoice) -> None:
        """One sentence is spoken at a time here, and it comes in many pieces."""
        voice.piece = 0.02
        slow = app.test_client().post("/tts/stream", json={"text": "今天天气很好，我们去公园走走。" * 20})
        next(slow.iter_encoded())
        for text in ("你好。", "再见。"):
            assert app.test_client().post("/tts/stream", json={"text": text}).status_code == 200
        slow.close()
