"""Sentences that have been spoken before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from service.clips import clip_key
from service.runtime.gate import Gate
from service.speech import Chunk, Synthesizer, Utterance
from service.text.frontend import FrontEnd
from service.text.sentence import Style
from service.voice import Clip
from tests.web.sine import SineVoice

TEXT = "欢迎光临。今天天气很好。"


class Shelf:
    """Keeps everything."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Clip, ...]] = {}

    def get(self, key: str) -> tuple[Clip, ...] | None:
        return self.kept.get(key)

    def put(self, key: str, clips: Sequence[Clip]) -> None:
        self.kept[key] = tuple(clips)


@pytest.fixture(scope="module")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture
def voice() -> SineVoice:
    return SineVoice("sine", piece=0.07)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def synthesizer(frontend: FrontEnd, voice: SineVoice, shelf: Shelf) -> Synthesizer:
    low = SineVoice("low", sample_rate=16_000, piece=0.05)
    return Synthesizer(frontend, [voice, low], Gate(1, 30), shelf)


def spoken(synthesizer: Synthesizer, text: str, style: Style | None = None) -> list[Chunk]:
    return list(synthesizer.stream(Utterance(text, style or Style())))


def whole(chunks: Sequence[Chunk]) -> bytes:
    return np.concatenate([chunk.samples for chunk in chunks]).tobytes()


@pytest.mark.parametrize("style", [Style(), Style(voice="low"), Style("sad", rate=1.3)])
def test_what_was_kept_sounds_the_same_to_the_last_bit(synthesizer: Synthesizer, style: Style) -> None:
    first, again = spoken(synthesizer, TEXT, style), spoken(synthesizer, TEXT, style)
    assert whole(first) == whole(again)
    assert [word for chunk in first for word in chunk.words] == [
        word for chunk in again for word in chunk.words
    ]


def test_a_sentence_is_spoken_once_wherever_it_stands(synthesizer: Synthesizer, voice: SineVoice) -> None:
    spoken(synthesizer, TEXT)
    text = "请进。今天天气很好。欢迎光临。"
    chunks = spoken(synthesizer, text)
    words = [word for chunk in chunks for word in chunk.words]
    assert voice.spoken == ["欢迎光临。", "今天天气很好。", "请进。"]
    assert "".join(text[word.start_char : word.end_char] for word in words) == text.replace("。", "")
    assert [chunk.cached for chunk in chunks if chunk.text] == [False, True, True]


def test_what_is_kept_needs_no_turn(frontend: FrontEnd, voice: SineVoice, shelf: Shelf) -> None:
    gate = Gate(1, 0)
    synthesizer = Synthesizer(frontend, [voice], gate, shelf)
    spoken(synthesizer, TEXT)
    begun = synthesizer.stream(Utterance("再见。"))
    next(begun)
    assert whole(spoken(synthesizer, TEXT))


def test_warming_up_speaks_what_is_kept_as_well(synthesizer: Synthesizer, voice: SineVoice) -> None:
    synthesizer.warm()
    spoken(synthesizer, "".join(voice.spoken))
    synthesizer.warm()
    assert len(voice.spoken) == 3


def test_a_sentence_that_was_not_heard_to_its_end_is_not_kept(
    synthesizer: Synthesizer, shelf: Shelf, voice: SineVoice
) -> None:
    begun = synthesizer.stream(Utterance(TEXT))
    next(begun)
    begun.close()
    assert voice.closed == ["欢迎光临。"]
    assert not shelf.kept


def test_whatever_changes_a_sentences_sound_changes_its_key(frontend: FrontEnd, voice: SineVoice) -> None:
    (sentence,) = frontend.read("今天，很好。")
    styles = (Style("sad"), Style(intensity=0.5), Style(rate=1.1), Style(pitch=1.0), Style(volume=0.5))
    words = sentence.words
    others = [
        *(frontend.read("今天，很好。", style) for style in styles),
        *(frontend.read(text) for text in ("今天很好。", "今天、很好。", "今天，挺好。")),
    ]
    sentences = [sentence, *(next(iter(reading)) for reading in others)]
    sentences += [
        replace(sentence, words=(replace(words[0], pause=1.0), *words[1:])),
        replace(sentence, words=(replace(words[0], break_after=2), *words[1:])),
    ]
    keys = [clip_key(voice, each) for each in sentences]
    keys += [clip_key(replace(voice, version="2"), sentence), clip_key(SineVoice("hum"), sentence)]
    assert len(set(keys)) == len(keys)


def test_its_place_in_the_text_does_not(frontend: FrontEnd, voice: SineVoice) -> None:
    (alone,) = frontend.read("今天很好。")
    _, later = frontend.read("你好。今天很好。")
    assert clip_key(voice, alone) == clip_key(voice, later)
