from __future__ import annotations

from collections.abc import Sequence

import pytest

from service.voice import Voice
from tests.audible import Audible
from tests.heard import assert_sound, assert_words_in_order, heard
from tests.sentences import mandarin, sentence
from training.kokoro.voice import load_voices
from training.speaking import NETWORK


@pytest.fixture(scope="module")
def voices() -> Sequence[Voice]:
    return load_voices(NETWORK, threads=2)


class TestAudible(Audible):
    pass


def test_versions_are_stable_and_differ_between_voices(voices: Sequence[Voice]) -> None:
    versions = [voice.version for voice in voices]
    assert len(set(versions)) == len(voices)
    assert [voice.version for voice in load_voices(NETWORK, threads=1)] == versions


def test_a_sentence_too_long_for_one_piece_is_cut_behind_a_comma(
    voices: Sequence[Voice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause there is the one between pieces: 0.2 s."""
    monkeypatch.setattr("training.kokoro.voice._PIECE_TOKENS", 40)
    four = ("一二三四", "yi1 er4 san1 si4")
    spoken = sentence(mandarin(*four), mandarin(*four, "，"), mandarin(*four), mandarin(*four))
    clip = heard(voices[0], spoken)
    assert_sound(clip)
    assert_words_in_order(clip, spoken)
    assert clip.digital_silences() == pytest.approx([0.2], abs=0.002)
