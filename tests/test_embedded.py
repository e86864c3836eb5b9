"""The embedded voices: that they are found, and how they sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from service import embedded
from service.embedded import embedded_folder, embedded_voices
from service.models.errors import ModelError
from service.models.layout import ModelFolder
from service.models.reader import read_voice
from service.settings import SettingError
from tests.audible import Served
from tests.heard import Heard
from tests.sentences import greeting
from training.kokoro.emotions import EMOTIONS

VOICES = Path(__file__).parent.parent / "voices"


class TestAudible(Served):
    def test_syllables_lie_within_their_words(self, neutral: Heard) -> None:
        for word, spoken in zip(neutral.words, greeting().words, strict=True):
            assert [syllable.text for syllable in word.syllables] == [str(each) for each in spoken.syllables]
            assert (word.start, word.end) == (word.syllables[0].start, word.syllables[-1].end)


class TestFiles:
    def test_together_they_are_small(self) -> None:
        assert sum(path.stat().st_size for path in VOICES.rglob("*") if path.is_file()) <= 60e6

    def test_what_is_served_is_what_the_checkpoints_hold(self) -> None:
        model, served = ModelFolder(VOICES / "model"), embedded_voices()
        assert list(model.voices) == [voice.name for voice in served]
        for voice in served:
            weights = read_voice(model, voice.name)
            assert weights.unit.emotions == voice.unit.emotions == tuple(EMOTIONS)
            table = np.asarray(weights.acoustic["emo_tokenizer.weight"], np.float32)
            assert np.array_equal(table, voice.tensors["emo_tokenizer.weight"])


class TestFolder:
    @pytest.fixture
    def places(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
        """A checkout's and an installation's, both still empty."""
        places = tmp_path / "checkout", tmp_path / "installed"
        monkeypatch.setattr(embedded, "_CHECKOUT", places[0])
        monkeypatch.setattr(embedded, "_INSTALLED", places[1])
        return places

    def test_a_checkout_speaks_with_its_own_and_an_installation_with_the_installed(
        self, places: tuple[Path, Path]
    ) -> None:
        for place in reversed(places):
            place.mkdir()
            (place / "manifest.json").touch()
            assert embedded_folder() == place

    def test_where_there_are_none_it_is_told_what_to_do(self, places: tuple[Path, Path]) -> None:
        with pytest.raises(ModelError, match=r"in neither .*checkout nor .*installed; .*set TTS_MODEL"):
            embedded_voices()


def test_they_come_in_the_order_that_is_asked_for() -> None:
    assert [voice.name for voice in embedded_voices()] == ["xiaobei", "yunjian"]
    assert [voice.name for voice in embedded_voices(["yunjian"])] == ["yunjian"]


def test_an_unknown_one_is_told_those_that_there_are() -> None:
    with pytest.raises(
        SettingError, match=r"There is no voice nobody; the embedded ones are xiaobei, yunjian\."
    ):
        embedded_voices(["nobody", "xiaobei"])
