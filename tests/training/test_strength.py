from __future__ import annotations

import torch

from tests.models import golden
from training.strength import strengthened


def test_emotions_lie_so_many_times_as_far_from_neutral_and_others_where_they_were() -> None:
    unit = golden.voice("plain_emo").unit
    neutral, happy, sad = (unit.emotion_id(name) for name in ("neutral", "happy", "sad"))
    table = torch.randn(len(unit.vocabularies["emo_category"]), 4, generator=torch.Generator().manual_seed(0))
    moved = strengthened(table, unit, [("happy", 0.5), ("sad", 2.0)])
    torch.testing.assert_close(moved[happy], (table[happy] + table[neutral]) / 2)
    torch.testing.assert_close(moved[sad] - moved[neutral], 2 * (table[sad] - table[neutral]))
    others = [row for row in range(len(table)) if row not in (happy, sad)]
    assert torch.equal(moved[others], table[others])


def test_the_reciprocal_leads_back() -> None:
    unit = golden.voice("plain_emo").unit
    table = torch.randn(len(unit.vocabularies["emo_category"]), 4, generator=torch.Generator().manual_seed(1))
    there = strengthened(table, unit, [("fear", 0.8)])
    torch.testing.assert_close(strengthened(there, unit, [("fear", 1 / 0.8)]), table)
