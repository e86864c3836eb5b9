"""What names a recording in the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.cache import AudioCache
from service.cache.memory_store import MemoryStore
from service.observability.metrics import Metrics
from service.renderer import Renderer
from service.request import SpeechRequest
from service.runtime.gate import Gate
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from tests.web.sine import SineVoice

VOICES = SineVoice("sine"), SineVoice("hum")


@pytest.fixture(scope="module")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture
def renderer(frontend: FrontEnd) -> Renderer:
    return speaking(frontend)


def speaking(frontend: FrontEnd, *voices: SineVoice) -> Renderer:
    synthesizer = Synthesizer(frontend, voices or VOICES, Gate(1, 30))
    return Renderer(lambda: synthesizer, AudioCache(MemoryStore(10_000, 60), Metrics()), Metrics())


def test_whatever_changes_the_audio_changes_the_key(renderer: Renderer) -> None:
    asked: list[dict[str, object]] = [
        {"text": "再见"},
        {"voice": "hum"},
        {"emotion": "sad"},
        {"intensity": 0.5},
        {"speed": 1.5},
        {"pitch": 2.0},
        {"volume": 0.5},
        {"format": "mp3"},
        {"sample_rate": 8000},
    ]
    keys = [renderer.key(SpeechRequest.model_validate({"text": "你好", **fields})) for fields in asked]
    assert len({renderer.key(SpeechRequest(text="你好")), *keys}) == len(asked) + 1


def test_the_form_of_the_answer_and_the_name_of_the_default_voice_do_not(renderer: Renderer) -> None:
    plain = renderer.key(SpeechRequest(text="你好"))
    assert renderer.key(SpeechRequest(text="你好", response="url")) == plain
    assert renderer.key(SpeechRequest(text="你好", voice="sine")) == plain


def test_another_version_of_any_voice_changes_it(frontend: FrontEnd, renderer: Renderer) -> None:
    asked = SpeechRequest(text="你好")
    other = speaking(frontend, VOICES[0], SineVoice("hum", version="2"))
    assert other.key(asked) != renderer.key(asked)


def test_another_lexicon_changes_it(renderer: Renderer, tmp_path: Path) -> None:
    asked, own = SpeechRequest(text="你好"), tmp_path / "own.tsv"
    own.write_text("重庆路\tzhong4 qing4 lu4\n", encoding="utf-8")
    keys = [speaking(FrontEnd(own)).key(asked)]
    own.write_text("重庆路\tchong2 qing4 lu4\n", encoding="utf-8")
    keys.append(speaking(FrontEnd(own)).key(asked))
    assert len({renderer.key(asked), *keys}) == 3
