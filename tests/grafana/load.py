"""A little of everything that a service is asked, and that can go wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from service.runtime.export.voice import export_voice
from service.runtime.exported import write_exported
from tests.running import Service
from tests.runtime.voices import Floats, altered, exported
from tests.waiting import until

BROKEN = "fear"
"""The emotion in which the voice speaks no speech."""

_TEXTS = (
    "{}号，你好。",
    "{}号旅客请注意，" + "今天天气很好，我们去公园走走。" * 2,
    "第{}章。" + "从前有座山。" * 30,
)
"""A short, a medium and a long one."""


def write_model(folder: Path) -> None:
    """A voice that speaks, but not in one emotion."""
    row = exported("plain_emo").unit.emotion_id(BROKEN)

    def spoil(table: Floats) -> Floats:
        rows = np.arange(len(table))[:, None]
        return np.where(rows == row, np.float32(np.nan), table)

    write_exported([export_voice(altered("plain_emo", acoustic={"emo_tokenizer.weight": spoil}))], folder)


class Client:
    """Asks a service, again and again the same with other texts."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def round(self, number: int) -> None:
        """One of each kind; ``number`` makes its texts new."""
        self._speak(number)
        self._go_wrong(number)
        self._have_jobs(number)

    def _speak(self, number: int) -> None:
        for text in (text.format(number) for text in _TEXTS):
            for emotion in ("neutral", "happy", "sad"):
                asked = {"text": text, "emotion": emotion}
                self._ask(200, "/tts", asked)
                self._ask(200, "/tts", asked)
            self._ask(200, "/tts/stream", {"text": text, "format": "pcm"})
            self._ask(
                200, "/v1/audio/speech", {"model": "tts-1", "input": text + "！", "response_format": "pcm"}
            )
        link = json.loads(self._ask(200, "/tts", {"text": f"{number}号", "response": "url"}))["url"]
        self._ask(200, link)

    def _go_wrong(self, number: int) -> None:
        self._ask(400, "/tts", {"text": "你好", "emotion": "unheard-of"})
        self._ask(422, "/tts", {"text": "！"})
        for route in ("/tts", "/tts/stream"):
            asked = {"text": f"{number}号，你好。", "emotion": BROKEN}
            self._ask(500, route, asked)
            self._ask(503, route, {"text": f"再见，{number}号。"}, {"X-Request-Timeout": "0.0001"})

    def _have_jobs(self, number: int) -> None:
        for emotion, status in (("neutral", 200), (BROKEN, 500)):
            job = self._job({"text": f"第{number}号。", "emotion": emotion})
            until(partial(self._has_ended, job, status))
        batch = self._job({"texts": [_TEXTS[-1].format(f"{number}点{part}") for part in range(150)]})
        self._ask(204, batch, method="DELETE")

    def _job(self, asked: Mapping[str, object]) -> str:
        task = json.loads(self._ask(202, "/tts/async", asked))["task_id"]
        return f"/tts/result/{task}"

    def _has_ended(self, job: str, expected: int) -> bool:
        status, _, answer = self._service.ask("GET", job)
        assert status in (202, expected), answer
        return status == expected

    def _ask(
        self,
        expected: int,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "",
    ) -> bytes:
        connection = self._service.connection()
        try:
            data = None if body is None else json.dumps(body)
            method = method or ("POST" if body else "GET")
            connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        assert response.status == expected, answer
        return answer
