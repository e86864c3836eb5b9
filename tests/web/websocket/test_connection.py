"""When a WebSocket is opened and closed, by whom, and what is told of it."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import websocket
from flask import Flask

from service.app import create_app
from service.keys import entry, generate
from service.parts import Parts, build_parts
from service.runtime.exported import write_exported
from service.settings import Settings
from tests.running import Service, start, stop
from tests.runtime.voices import exported
from tests.waiting import until
from tests.web.caller import SECONDS, Caller, served
from tests.web.sine import SineVoice
from tests.web.websocket.conftest import Lines, NewCaller

SYLLABLE = 0.1


class TestReadiness:
    def test_there_is_no_speech_before_the_voice_is_loaded(self, call: NewCaller, settings: Settings) -> None:
        with served(create_app(build_parts(settings))) as port:
            caller = call(port)
            error = caller.hear().last
            assert (error["code"], error["retry_after"]) == ("not_ready", 2)
            assert caller.goodbye() == 1013

    def test_a_process_that_ends_takes_nobody_in(self, call: NewCaller, parts: Parts, port: int) -> None:
        parts.engine.draining = True
        caller = call(port)
        assert caller.hear().last["code"] == "not_ready"
        assert caller.goodbye() == 1013

    def test_a_process_that_ends_finishes_the_utterance(
        self, caller: Caller, parts: Parts, voice: SineVoice
    ) -> None:
        voice.may_speak.clear()
        caller.speak("你好。")
        caller.hear("started")
        parts.engine.draining = True
        caller.speak("世界。")
        caller.say("end")
        voice.may_speak.set()
        heard = caller.hear()
        assert [sentence["text"] for sentence in heard.sentences] == ["你好。", "世界。"]
        assert heard.last["type"] == "done"
        assert caller.goodbye() == 1001


class TestSilence:
    """Waiting is made short here; that it ends at all is what counts."""

    def test_a_connection_on_which_nothing_happens_is_closed(
        self, call: NewCaller, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("service.web.websocket._IDLE_SECONDS", 0.0)
        assert call(port).goodbye() == 1001

    def test_a_client_that_owes_a_key_is_not_waited_for(
        self, call: NewCaller, new_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("service.web.websocket._KEY_SECONDS", 0.0)
        with served(new_app(api_keys=(entry("kiosk", generate()),))) as port:
            assert call(port).goodbye() == 1008

    def test_a_client_that_does_not_listen_is_left(
        self, call: NewCaller, port: int, monkeypatch: pytest.MonkeyPatch, lines: Lines
    ) -> None:
        monkeypatch.setattr("service.web.line._SEND_SECONDS", 0.1)
        caller = call(port, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)])
        caller.say("start", sample_rate=48000)
        caller.speak("啊" * 400 + "。")
        until(lines)
        assert lines()[0]["cancelled"]


class TestAccess:
    @pytest.fixture
    def key(self) -> str:
        return generate()

    @pytest.fixture
    def locked(self, new_app: Callable[..., Flask], key: str) -> Iterator[int]:
        with served(new_app(api_keys=(entry("kiosk", key),))) as port:
            yield port

    def test_a_key_may_come_with_the_start(
        self, call: NewCaller, locked: int, key: str, lines: Lines
    ) -> None:
        caller = call(locked)
        caller.say("start", api_key=key)
        caller.speak("你好")
        caller.say("end")
        assert caller.hear().last["type"] == "done"
        caller.hang_up()
        until(lines)
        assert lines()[0]["key"] == "kiosk"
        assert key not in str(lines())

    def test_a_key_may_come_in_the_headers(self, call: NewCaller, locked: int, key: str) -> None:
        caller = call(locked, header={"X-API-Key": key})
        caller.speak("你好")
        caller.say("end")
        assert caller.hear().last["type"] == "done"

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ({"type": "start"}, "key_missing"),
            ({"type": "text", "text": "你好"}, "key_missing"),
            ({"type": "sing"}, "key_missing"),
            ({"type": "start", "api_key": "qs_no"}, "key_unknown"),
        ],
    )
    def test_without_a_right_key_the_connection_ends(
        self, call: NewCaller, locked: int, voice: SineVoice, message: dict[str, str], code: str
    ) -> None:
        caller = call(locked)
        caller.ws.send(json.dumps(message))
        assert caller.hear().last["code"] == code
        assert caller.goodbye() == 1008
        assert voice.spoken == []

    def test_pages_of_other_origins_are_refused(self, call: NewCaller, port: int) -> None:
        with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
            call(port, origin="https://elsewhere.example")
        assert refusal.value.status_code == 403
        assert json.loads(refusal.value.resp_body or b"")["code"] == "origin_not_allowed"

    @pytest.mark.parametrize("listed", ["*", "https://elsewhere.example"])
    def test_pages_of_listed_origins_are_let_in(
        self, call: NewCaller, new_app: Callable[..., Flask], listed: str
    ) -> None:
        with served(new_app(cors_origins=(listed,))) as port:
            caller = call(port, origin="https://elsewhere.example")
            caller.say("cancel")
            assert caller.hear().last["type"] == "cancelled"


class TestSeeing:
    def test_a_connection_is_one_line_in_the_log_and_one_request(
        self, caller: Caller, parts: Parts, lines: Lines
    ) -> None:
        parts.metrics.names(["sine"], ["neutral", "happy"])
        caller.say("start", emotion="happy")
        for text in ("秘密。", "你好"):
            caller.speak(text)
            caller.say("end")
            caller.hear()
        caller.hang_up()
        until(lines)
        (line,) = lines()
        told = {
            "status": 101,
            "voice": "sine",
            "emotion": "happy",
            "utterances": 2,
            "interrupted": 0,
            "characters": 5,
            "audio_seconds": pytest.approx(4 * SYLLABLE),
        }
        assert {name: line[name] for name in told} == told
        assert "cancelled" not in line
        assert "秘密" not in str(line)
        labels = {"route": "/tts/ws", "emotion": "happy", "voice": "sine", "outcome": "ok"}
        assert parts.metrics.registry.get_sample_value("tts_requests_total", labels) == 1.0

    def test_the_log_tells_who_interrupted_and_who_left(
        self, caller: Caller, voice: SineVoice, lines: Lines
    ) -> None:
        voice.may_speak.clear()
        for _ in range(2):
            caller.speak("你好。")
            caller.say("cancel")
            caller.hear()
        caller.speak("再见。")
        caller.hear("started")
        caller.hang_up()
        until(lines)
        voice.may_speak.set()
        (line,) = lines()
        assert (line["utterances"], line["interrupted"], line["cancelled"]) == (3, 2, True)


class TestUnderGunicorn:
    @pytest.fixture
    def service(self, tmp_path: Path) -> Iterator[Service]:
        write_exported([exported("plain_emo")], tmp_path / "model")
        running = start(tmp_path / "service", TTS_MODEL=str(tmp_path / "model"), TTS_CACHE_DIR=str(tmp_path))
        try:
            running.wait_until_ready()
            yield running
        finally:
            stop(running)

    def test_it_speaks_is_logged_once_and_finishes_what_runs(self, call: NewCaller, service: Service) -> None:
        first, second = call(service.port), call(service.port)
        for caller in (first, second):
            caller.speak(*"今天天气很好。我们去公园")
        sounds = [caller.hear("sentence", "error").last["text"] for caller in (first, second)]
        assert sounds == ["今天天气很好。"] * 2
        first.say("end")
        assert first.hear().last["type"] == "done"
        first.hang_up()

        service.process.send_signal(signal.SIGTERM)
        second.speak("走走。")
        second.say("end")
        heard = second.hear()
        assert [sentence["text"] for sentence in heard.sentences] == ["我们去公园走走。"]
        assert heard.last["type"] == "done"
        assert second.goodbye() == 1001
        assert service.process.wait(SECONDS) == 0
        lines = [json.loads(line) for line in service.log().splitlines()]
        spoken = [line for line in lines if line.get("route") == "/tts/ws"]
        assert [(line["status"], line["utterances"], line["characters"]) for line in spoken] == [
            (101, 1, 12),
            (101, 1, 15),
        ]
        assert "Traceback" not in service.log()
