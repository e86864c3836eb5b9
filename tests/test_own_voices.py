"""The voices of ``voices/``, as far as they have learned: small, whole, and mostly understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.scoring.judge import Judge, Score
from bench.studio import Studio, texts
from service.kokoro.emotions import EMOTIONS
from service.models.layout import ModelFolder
from service.models.reader import read_voice
from service.settings import load_settings
from service.text.sentence import Style

VOICES = Path(__file__).parent.parent / "voices"
NAMES = ["xiaobei", "yunjian"]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    changes = {"model": str(VOICES / "model"), "voices": (), "cache_dir": tmp_path_factory.mktemp("cache")}
    return Studio(load_settings().model_copy(update=changes))


def test_together_they_are_small() -> None:
    assert sum(path.stat().st_size for path in VOICES.rglob("*") if path.is_file()) <= 60e6


def test_each_has_all_emotions() -> None:
    model = ModelFolder(VOICES / "model")
    assert list(model.voices) == NAMES
    for name in NAMES:
        assert read_voice(model, name).unit.emotions == tuple(EMOTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_a_recogniser_understands_them(studio: Studio, name: str) -> None:
    judge = Judge(threads=1)
    score = Score.of([judge.judge(studio.record(text, Style(voice=name))) for text in texts("mixed")[::5]])
    assert score.ser < 0.09
    assert score.quality.overall > 3.15
    assert score.quality.p808 > 3.2
