from __future__ import annotations

import numpy as np
import pytest

from service.runtime.export.graph import Graph
from service.runtime.export.int16 import layers
from service.runtime.export.mels import vocoder_inputs
from service.runtime.export.peaks import input_peaks
from service.runtime.exported import VOCODER
from tests.models import golden
from tests.runtime.voices import NAMES, exported


def doubling_twice() -> bytes:
    """Two convolutions, each of which doubles its input."""
    graph = Graph("twice")
    x = graph.input("x", [1, 1, "n"])
    for _ in range(2):
        x = graph.add("Conv", x, graph.constant(np.full((1, 1, 1), 2, np.float32)))
    graph.output("y", x, 3)
    model: bytes = graph.model().SerializeToString()
    return model


def test_peaks_are_the_largest_sizes_of_all_pieces_whatever_their_sign() -> None:
    pieces = [{"x": np.array([[row]], np.float32)} for row in ([0.5, -3.0], [1.0, 2.0, 2.5], [0.0])]
    assert input_peaks(doubling_twice(), pieces) == [3.0, 6.0]


@pytest.mark.parametrize("name", NAMES)
def test_each_layer_of_a_vocoder_has_its_peak(name: str) -> None:
    voice = exported(name)
    lines = [golden.line(f"{name}__short" if name == "fp_emo" else "short")]
    pieces = list(vocoder_inputs(voice, lines))
    peaks = dict(zip(layers(voice.vocoder), input_peaks(voice.files[VOCODER], pieces), strict=True))
    assert min(peaks.values()) > 0
    assert peaks["first"] == pytest.approx(max(np.abs(piece["mel"]).max() for piece in pieces))
    blocks = [peaks[f"block.{block}.0.1"] for block in range(len(voice.vocoder.dilations))]
    assert blocks == [blocks[0]] * len(blocks)  # they see the same
    if "source.0" in peaks:
        assert peaks["source.0"] == pytest.approx(max(np.abs(piece["excitation"]).max() for piece in pieces))
