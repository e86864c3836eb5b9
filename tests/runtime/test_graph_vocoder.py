from __future__ import annotations

from service.runtime.exported import VOCODER
from service.runtime.graph_vocoder import GraphVocoder
from service.runtime.shelf import Shelf
from tests.runtime.voices import exported, spectrogram


def vocoder() -> GraphVocoder:
    voice = exported("plain_emo")
    return GraphVocoder(voice.files[VOCODER], voice.context, voice.vocoder.hop, Shelf())


def test_a_piece_gets_the_context_that_it_needs_and_that_there_is() -> None:
    graph = vocoder()
    sentence = graph.start(100)
    sentence.push(spectrogram(100), None)
    first = sentence.inputs(10)
    assert [int(first[key][0]) for key in ("before", "behind")] == [0, graph.behind]
    assert first["mel"].shape == (1, 80, 10 + graph.behind)
    sentence.speak(90)
    last = sentence.inputs(10)
    assert [int(last[key][0]) for key in ("before", "behind")] == [graph.before, 0]
    assert last["mel"].shape == (1, 80, graph.before + 10)


def test_only_the_context_that_is_still_needed_is_kept() -> None:
    graph = vocoder()
    sentence = graph.start(400)
    sentence.push(spectrogram(400), None)
    for _ in range(30):
        sentence.speak(10)
    assert sentence._mel is not None
    assert len(sentence._mel) == graph.before + 100
