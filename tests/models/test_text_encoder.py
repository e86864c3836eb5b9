from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from service.models.line import SymbolLine
from service.models.sambert import Sambert
from service.models.text_encoder import position_code
from service.models.unit import LinguisticUnit
from service.models.weights import VoiceWeights
from tests.models import golden


def byte_voice() -> VoiceWeights:
    """The plain voice with the bytes of a text in place of phonemes, tones and flags."""
    weights = golden.voice("plain_emo")
    spelled = ("sy_emb", "tone_emb", "syllable_flag_emb", "ws_emb")
    kept = {name: values for name, values in weights.acoustic.items() if not any(s in name for s in spelled)}
    table = np.random.default_rng(0).standard_normal((259, 32)).astype(np.float32)
    unit = LinguisticUnit.build(["byte_index", "emo_category", "speaker_category"], ["F7", "M7"])
    return replace(weights, unit=unit, acoustic={**kept, "text_encoder.byte_index_emb.weight": table})


def byte_line(text: str) -> SymbolLine:
    return SymbolLine.plain(" ".join(f"{{{byte}$emotion_happy$F7}}" for byte in text.encode()))


def test_positions_count_from_one() -> None:
    code = position_code(3, 8)
    np.testing.assert_allclose(code[:, 0], np.sin([1, 2, 3]), atol=1e-6)


def test_the_first_half_of_a_position_code_are_sines_and_the_second_cosines() -> None:
    code = position_code(1, 8)[0]
    waves = 10000 ** (np.arange(4) / 3)
    np.testing.assert_allclose(code, [*np.sin(1 / waves), *np.cos(1 / waves)], atol=1e-6)


def test_a_line_may_be_longer_than_any_in_training() -> None:
    longest = golden.line("long").text
    output = Sambert(golden.voice("plain_emo")).speak(SymbolLine.plain(f"{longest} {longest}"))
    assert len(output.durations) == 142
    assert output.mel.isfinite().all()


def test_a_voice_of_bytes_reads_bytes() -> None:
    sambert = Sambert(byte_voice())
    one, other = sambert.speak(byte_line("ni hao.")), sambert.speak(byte_line("ni han."))
    assert len(one.durations) == len("ni hao.")
    assert not torch.equal(one.pitch, other.pitch)
