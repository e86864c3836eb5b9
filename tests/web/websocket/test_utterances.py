"""What is said over a WebSocket, and what is heard."""

from __future__ import annotations

import json
import socket
import threading

import pytest
import websocket
from flask.testing import FlaskClient

from tests.waiting import until
from tests.web.caller import Caller
from tests.web.sine import SineVoice
from tests.web.websocket.conftest import Lines, NewCaller

RATE = 24000
SYLLABLE = 0.1
PAUSE = 0.4


class TestSpeaking:
    def test_a_sentence_is_spoken_before_the_text_has_ended(self, caller: Caller) -> None:
        caller.say("start")
        caller.speak(*"你好，世界。今天")
        heard = caller.hear("sentence")
        assert [event["type"] for event in heard.events] == ["started", "sentence"]
        assert heard.last["text"] == "你好，世界。"
        assert heard.frames == []
        assert len(caller.ws.recv()) > 0
        caller.speak("天气很好")
        caller.say("end")
        assert [sentence["text"] for sentence in caller.hear().sentences] == ["今天天气很好"]

    def test_started_says_what_the_audio_is(self, caller: Caller) -> None:
        caller.say("start", sample_rate=16000, format="pcm")
        started = caller.hear("started").last
        assert started.pop("request_id")
        assert started == {"type": "started", "sample_rate": 16000, "format": "pcm"}

    def test_times_and_places_count_from_the_start_of_the_utterance(self, caller: Caller) -> None:
        text = "“你好，世界。”今天3.5度！再见"
        caller.say("start")
        caller.speak(*text)
        caller.say("end")
        heard = caller.hear()
        sentences = heard.sentences
        assert [text[s["start_char"] : s["end_char"]] for s in sentences] == [
            "“你好，世界。",
            "”今天3.5度！",
            "再见",
        ]
        words = [word for sentence in sentences for word in sentence["words"]]
        assert (
            "".join(text[word["start_char"] : word["end_char"]] for word in words) == "你好世界今天3.5度再见"
        )
        times = [time for word in words for time in (word["start"], word["end"])]
        assert times == sorted(times)
        starts = [0, 4 * SYLLABLE + PAUSE, 10 * SYLLABLE + 2 * PAUSE]
        assert [sentence["start"] for sentence in sentences] == pytest.approx(starts)
        assert heard.last["seconds"] == pytest.approx(12 * SYLLABLE + 2 * PAUSE)
        assert len(heard.audio) / 2 / RATE == pytest.approx(heard.last["seconds"])

    def test_frames_are_short(self, caller: Caller) -> None:
        caller.say("start", sample_rate=8000)
        caller.speak("很长的一句话，要说好几秒钟才能说完。")
        caller.say("end")
        assert max(len(frame) for frame in caller.hear().frames) == 8000 // 10 * 2

    @pytest.mark.parametrize(
        "style",
        [
            {},
            {"sample_rate": 48000},
            {"voice": "hum", "speed": 1.5, "pitch": 3, "volume": 0.5, "emotion": "happy", "intensity": 2},
        ],
    )
    @pytest.mark.parametrize("text", ["你好，世界。", "<speak>你好。<break time='1s'/>世界！</speak>"])
    def test_a_sentence_sounds_as_from_the_other_route(
        self, caller: Caller, client: FlaskClient, style: dict[str, object], text: str
    ) -> None:
        caller.say("start", **style)
        caller.speak(*text)
        caller.say("end")
        assert caller.hear().audio == client.post("/tts", json={"text": text, "format": "pcm", **style}).data

    def test_what_cannot_be_heard_is_skipped(self, caller: Caller) -> None:
        caller.speak("……\n", "？！", "你好。", "”", "😀\n")
        caller.say("end")
        heard = caller.hear()
        assert [sentence["text"] for sentence in heard.sentences] == ["你好。"]
        assert heard.last["type"] == "done"

    def test_two_conversations_at_once_do_not_mix(self, call: NewCaller, port: int) -> None:
        callers = [call(port), call(port)]
        for caller, text in zip(callers, ("你好。世界。", "今天天气很好。"), strict=True):
            caller.speak(text)
            caller.say("end")
        first, second = (caller.hear() for caller in callers)
        assert [sentence["text"] for sentence in first.sentences] == ["你好。", "世界。"]
        assert [sentence["text"] for sentence in second.sentences] == ["今天天气很好。"]
        assert second.last["seconds"] == pytest.approx(6 * SYLLABLE)


class TestTurns:
    def test_text_without_a_start_goes_on_in_the_same_style(self, caller: Caller) -> None:
        seconds = []
        for style in (None, {"speed": 2}, None):
            if style:
                caller.say("start", **style)
            caller.speak("你好")
            caller.say("end")
            seconds.append(caller.hear().last["seconds"])
        assert seconds == pytest.approx([2 * SYLLABLE, SYLLABLE, SYLLABLE])

    def test_cancel_stops_what_is_being_spoken(self, caller: Caller, voice: SineVoice) -> None:
        caller.speak("你好。")
        caller.hear("sentence")
        voice.may_speak.clear()
        caller.speak("世界。")
        caller.say("cancel")
        assert caller.hear().last == {"type": "cancelled"}
        caller.speak("再见。")
        voice.may_speak.set()
        caller.say("end")
        heard = caller.hear()
        assert [event["type"] for event in heard.events] == ["started", "sentence", "done"]
        assert heard.sentences[0]["text"] == "再见。"
        assert heard.sentences[0]["start_char"] == heard.sentences[0]["start"] == 0

    def test_cancel_leaves_what_was_not_sent_unsent(self, call: NewCaller, port: int) -> None:
        caller = call(port, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)])
        caller.say("start", sample_rate=48000)
        caller.speak("啊" * 400 + "。")
        caller.hear("sentence")
        caller.say("cancel")
        heard = caller.hear()
        assert heard.last["type"] == "cancelled"
        assert len(heard.audio) < 400 * SYLLABLE * 48000 * 2 / 2

    @pytest.mark.parametrize("before", [[], ["你好。"]])
    def test_cancel_is_answered_also_when_nothing_is_spoken(self, caller: Caller, before: list[str]) -> None:
        if before:
            caller.speak(*before)
            caller.say("end")
            caller.hear()
        caller.say("cancel")
        assert caller.hear().events == [{"type": "cancelled"}]

    @pytest.mark.parametrize("kind", ["start", "text", "end"])
    def test_one_utterance_is_spoken_at_a_time(self, caller: Caller, voice: SineVoice, kind: str) -> None:
        voice.may_speak.clear()
        caller.speak("你好。")
        caller.say("end")
        caller.say(kind, **({"text": "世界"} if kind == "text" else {}))
        error = caller.hear().last
        assert (error["code"], error["ended"]) == ("still_speaking", False)
        voice.may_speak.set()
        heard = caller.hear()
        assert heard.last["type"] == "done"
        assert [sentence["text"] for sentence in heard.sentences] == ["你好。"]

    def test_a_client_that_leaves_stops_the_work(
        self, caller: Caller, voice: SineVoice, lines: Lines
    ) -> None:
        voice.may_speak.clear()
        caller.speak("你好。世界。")
        caller.say("end")
        caller.hear("started")
        caller.hang_up()
        until(lines)
        voice.may_speak.set()
        until(lambda: not any(thread.name == "speak-ahead" for thread in threading.enumerate()))
        assert "世界。" not in voice.spoken
        assert voice.closed == voice.spoken


class TestMistakes:
    @pytest.mark.parametrize(
        ("message", "code", "words"),
        [
            ("{", "invalid_json", "A message is not valid JSON"),
            ("[]", "invalid_json", "must be a JSON object"),
            (b"\x00", "invalid_json", "not binary"),
            ('{"type": "sing"}', "invalid_field", "one of start, text, end, cancel"),
            ('{"text": "a"}', "invalid_field", "'type' is missing"),
            ('{"type": "text"}', "invalid_field", "'text' is missing"),
            ('{"type": "text", "text": 1}', "invalid_field", "must be a string"),
            ('{"type": "end", "now": true}', "invalid_field", "Unknown field 'now'"),
            ('{"type": "start", "speed": 3}', "invalid_field", "a number from 0.5 to 2"),
            ('{"type": "start", "format": "mp3"}', "invalid_field", "must be pcm"),
            ('{"type": "start", "text": "a"}', "invalid_field", "Unknown field 'text'"),
            ('{"type": "start", "voice": "nobody"}', "unknown_voice", "sine, hum"),
            ('{"type": "start", "emotion": "bored"}', "unknown_emotion", "neutral, happy, sad"),
            ('{"type": "end"}', "nothing_to_speak", "no utterance to end"),
            (json.dumps({"type": "text", "text": "啊" * 501}), "text_too_long", "at most 500"),
        ],
    )
    def test_a_wrong_message_is_told_and_the_connection_lives_on(
        self, caller: Caller, message: str | bytes, code: str, words: str
    ) -> None:
        caller.ws.send(message, websocket.ABNF.OPCODE_BINARY if isinstance(message, bytes) else 1)
        error = caller.hear("error").last
        assert error["code"] == code
        assert words in error["error"]
        assert error["request_id"]
        caller.say("cancel")
        caller.hear()
        caller.speak("你好。")
        caller.say("end")
        assert caller.hear().last["type"] == "done"

    @pytest.mark.parametrize("text", ["", "。", "……\n😀"])
    def test_an_utterance_without_a_word_ends_in_an_error(self, caller: Caller, text: str) -> None:
        caller.say("start")
        caller.speak(text)
        caller.say("end")
        heard = caller.hear()
        assert not heard.sentences
        assert not heard.frames
        assert (heard.last["code"], heard.last["ended"]) == ("nothing_to_speak", True)

    @pytest.mark.parametrize(
        ("first", "code"),
        [
            ({"type": "start", "voice": "nobody"}, "unknown_voice"),
            ({"type": "text", "text": "<speak><sing/></speak>"}, "invalid_ssml"),
        ],
    )
    def test_the_rest_of_an_utterance_that_failed_is_dropped(
        self, caller: Caller, voice: SineVoice, first: dict[str, object], code: str
    ) -> None:
        caller.say(**{"kind": str(first.pop("type")), **first})  # type: ignore[arg-type]
        error = caller.hear().last
        assert (error["code"], error["ended"]) == (code, True)
        caller.speak("世界。", "你好。")
        caller.say("end")
        caller.speak("再见。")
        caller.say("end")
        assert [sentence["text"] for sentence in caller.hear().sentences] == ["再见。"]
        assert voice.spoken == ["再见。"]

    def test_a_text_that_gets_too_long_loses_only_that_piece(self, caller: Caller) -> None:
        caller.speak("你好。", "啊" * 500)
        error = caller.hear("error").last
        assert (error["code"], error["ended"]) == ("text_too_long", False)
        caller.speak("再见。")
        caller.say("end")
        assert caller.hear().last["type"] == "done"

    def test_other_than_a_websocket_is_426(self, client: FlaskClient) -> None:
        response = client.get("/tts/ws")
        assert response.status_code == 426
        assert response.headers["Upgrade"] == "websocket"
        assert response.get_json()["code"] == "upgrade_required"

    def test_a_handshake_that_is_none_is_400(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 30) as raw:
            raw.sendall(
                b"GET /tts/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            )
            assert raw.recv(100).split()[1] == b"400"

    def test_a_message_that_is_too_large_ends_the_connection(self, caller: Caller) -> None:
        caller.speak("a" * 2_200_000)
        assert caller.goodbye() == 1009
