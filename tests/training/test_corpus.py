from __future__ import annotations

from pathlib import Path

import pytest

from service.text.frontend import FrontEnd
from training.corpus.corpus import Text, corpus, held_out, load, save, sentences
from training.corpus.coverage import Sounds, carriers
from training.corpus.sources import hsk_texts, joined, judged_texts, own_texts


@pytest.fixture(scope="module")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture(scope="module")
def sounds() -> Sounds:
    return Sounds()


class TestSounds:
    def test_all_syllables_of_the_model_are_there(self, sounds: Sounds) -> None:
        names = {name[:-1] for name in sounds.existing}
        assert len(names) == 661
        assert {"ma", "zhuang", "lve", "dianr", "er"} <= names

    def test_only_in_tones_that_exist(self, sounds: Sounds) -> None:
        assert {"ma1", "ma2", "ma3", "ma4", "ma5", "de5"} <= sounds.existing
        assert "nin1" not in sounds.existing
        assert "zei1" not in sounds.existing

    def test_what_no_text_has_is_missing(self, sounds: Sounds, frontend: FrontEnd) -> None:
        heard = sounds.heard(sentences(frontend, ["妈妈骑马。"]))
        assert heard["ma1"] == 1
        assert heard["ma5"] == 1
        missing = sounds.missing(heard)
        assert "qi2" not in missing
        assert "qi1" in missing
        assert "ma1" in sounds.missing(heard, at_least=2)

    def test_carriers_have_every_sound_there_is(self, sounds: Sounds, frontend: FrontEnd) -> None:
        texts = list(carriers(sorted(sounds.existing)))
        assert sounds.missing(sounds.heard(sentences(frontend, texts))) == []


class TestTexts:
    def test_our_own_are_one_sentence_each(self, frontend: FrontEnd) -> None:
        texts = own_texts()
        assert len(texts) == len(set(texts)) >= 150
        assert [text for text in texts if len(list(frontend.read(text))) != 1] == []

    def test_our_own_hold_what_the_package_has_little_of(self) -> None:
        texts = "".join(own_texts())
        for mark in ("？", "！", "、", "；", "Python", "KTV", "%", "玩儿", "1024"):
            assert mark in texts
        assert sum(40 <= len(text) <= 60 for text in own_texts()) >= 12

    def test_nothing_that_voices_are_judged_by_is_among_them(self) -> None:
        assert not judged_texts() & {*own_texts(), *hsk_texts()}

    def test_joined_ones_are_long_and_the_same_every_time(self) -> None:
        texts = list(joined(hsk_texts(), 20, seed=3))
        assert texts == list(joined(hsk_texts(), 20, seed=3)) != list(joined(hsk_texts(), 20, seed=4))
        assert all(20 <= len(text) <= 60 and "，" in text and text.endswith("。") for text in texts)


class TestCorpus:
    def test_a_twentieth_is_held_out_by_the_text_alone(self) -> None:
        texts = hsk_texts()
        share = sum(map(held_out, texts)) / len(texts)
        assert 0.03 < share < 0.07

    def test_a_trial_is_small_and_has_something_held_out(self, frontend: FrontEnd, sounds: Sounds) -> None:
        texts = corpus(frontend, sounds, limit=24, long=4, seed=1)
        assert texts == corpus(frontend, sounds, limit=24, long=4, seed=1)
        assert 24 <= len(texts) <= 32
        assert any(text.held_out for text in texts)
        assert not any(text.carrier for text in texts)

    def test_it_comes_back_from_its_file(self, tmp_path: Path) -> None:
        texts = [Text("你好。"), Text("再见。", held_out=True), Text("<speak>字</speak>", carrier=True)]
        save(tmp_path / "corpus.json", texts)
        assert load(tmp_path / "corpus.json") == texts
