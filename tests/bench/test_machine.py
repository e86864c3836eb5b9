"""What a voice asks of a machine: the counts that compute floors follow from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.machine import Pace, acoustic_macs, floor, peaks, vocoder_macs
from bench.voice_shapes import acoustic_shapes, vocoder_shapes
from bench.voice_sizes import CONFIGS, VoiceSizes

OFFICIAL = CONFIGS["sambert_16k"]
HUNDRED = Pace(symbols=257, frames=2004, band=8, group=3, frame_rate=80.0)
"""A line of 100 characters of an official-size voice: 25.05 s."""


def acoustic(pace: Pace, only: str = "") -> float:
    shapes = dict(acoustic_shapes(OFFICIAL))
    return acoustic_macs({name: shape for name, shape in shapes.items() if name.startswith(only)}, pace)


def vocoder(sizes: VoiceSizes) -> float:
    shapes = {name: shape for name, shape, _ in vocoder_shapes(sizes)}
    return vocoder_macs(shapes, sizes.vocoder.scales, sizes.sample_rate / sizes.vocoder.hop)


def test_the_official_vocoders_take_8_billion_products_for_a_second_of_speech() -> None:
    assert vocoder(OFFICIAL) == pytest.approx(7.79e9, rel=0.01)


@pytest.mark.parametrize(("config", "billions"), [("sambert_8k", 3.9), ("sambert_24k", 27.6)])
def test_the_rate_and_the_width_of_a_vocoder_count(config: str, billions: float) -> None:
    assert vocoder(CONFIGS[config]) == pytest.approx(billions * 1e9, rel=0.03)


def test_a_harmonic_source_adds_next_to_nothing() -> None:
    added = vocoder(replace(OFFICIAL, nsf=True)) - vocoder(OFFICIAL)
    assert 0 < added < 0.02 * vocoder(OFFICIAL)


def test_a_vocoder_of_one_convolution_takes_its_weights_as_often_as_it_has_outputs() -> None:
    assert vocoder_macs({"conv_pre.conv1d": (256, 80, 7)}, (10, 20), 80.0) == 256 * 80 * 7 * 80
    assert vocoder_macs({"conv_post.conv1d": (1, 16, 7)}, (10, 20), 80.0) == 16 * 7 * 16000


def test_the_acoustic_model_takes_three_tenths_of_a_billion() -> None:
    assert acoustic(HUNDRED) == pytest.approx(0.295e9, rel=0.02)


@pytest.mark.parametrize(
    ("part", "millions"),
    [("text_encoder.", 55), ("mel_decoder.", 130), ("mel_postnet.", 97), ("variance_adaptor.", 13)],
)
def test_every_part_takes_its_share(part: str, millions: float) -> None:
    assert acoustic(HUNDRED, part) == pytest.approx(millions * 1e6, rel=0.03)


def test_tables_are_looked_up_and_contours_are_multiplied() -> None:
    assert acoustic(HUNDRED, "text_encoder.sy_emb") == 0
    assert acoustic(HUNDRED, "emo_tokenizer") == 0
    assert acoustic(HUNDRED, "variance_adaptor.pitch_emb") == pytest.approx(32 * 9 * 257 / 25.05)


def test_the_decoder_counts_its_band_and_the_encoder_its_line() -> None:
    wider = replace(HUNDRED, band=9)
    assert acoustic(wider) - acoustic(HUNDRED) == pytest.approx(12 * 2 * 2 * 128 * 668 / 25.05)
    longer = replace(HUNDRED, symbols=2 * 257, frames=2 * 2004)
    more = acoustic(longer, "text_encoder.") - acoustic(HUNDRED, "text_encoder.")
    assert more == pytest.approx(8 * 2 * 257 * 128 * 257 / 25.05)


def test_the_floor_takes_two_operations_a_product() -> None:
    assert floor(7.79e9, 253e9) == pytest.approx(0.0616, abs=1e-4)


def test_a_machine_computes_more_than_a_billion_operations_a_second() -> None:
    best = peaks(threads=1)
    assert best.keys() == {"fp32", "int8"}
    assert min(best.values()) > 1e9
