"""Many clients at once get, byte for byte, what each would get alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.request import FORMATS
from service.runtime.exported import write_exported
from tests.running import Service, start, stop
from tests.runtime.voices import exported

ADDRESSES = ("/tts", "/tts/stream")
TEXTS = [f"{greeting}，{number}号。今天天气很好！" for greeting in ("欢迎光临", "你好") for number in (1, 2)]
ASKED = list(itertools.product(ADDRESSES, FORMATS, TEXTS))
AT_ONCE = 32

Asked = tuple[str, str, str]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_exported([exported("plain_emo")], folder)
    return folder


@pytest.fixture
def service(model: Path, tmp_path: Path) -> Iterator[Service]:
    """It caches no whole recordings and no sentences: everything is made anew."""
    running = start(tmp_path, TTS_MODEL=str(model), TTS_CACHE_BYTES="0", TTS_THREADS="2")
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


def spoken(service: Service, asked: Asked) -> bytes:
    address, audio_format, text = asked
    status, headers, audio = service.ask("POST", address, {"text": text, "format": audio_format})
    assert (status, headers.get("X-Cache", "miss")) == (200, "miss")
    return audio


def test_parallel_answers_are_those_of_one_after_the_other(service: Service) -> None:
    alone = [spoken(service, asked) for asked in ASKED]
    with ThreadPoolExecutor(AT_ONCE) as clients:
        together = list(clients.map(lambda asked: spoken(service, asked), ASKED))
    assert [asked for asked, one, other in zip(ASKED, alone, together, strict=True) if one != other] == []
    assert len(set(alone)) >= len(FORMATS) * len(TEXTS)
