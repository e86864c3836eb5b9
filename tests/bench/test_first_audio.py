"""What a service is asked for when its first audio is timed."""

from __future__ import annotations

import pytest

from bench.first_audio import distinct_texts


@pytest.mark.parametrize("length", [20, 50, 100])
def test_texts_have_the_wanted_length_and_none_comes_twice(length: int) -> None:
    found = distinct_texts(length, 32)
    assert len(set(found)) == 32
    assert {len(text) for text in found} == {length}


def test_a_text_is_one_sentence() -> None:
    for text in distinct_texts(100, 32):
        assert text.endswith("。")
        assert not set(text[:-1]) & set("。！？")


def test_more_texts_than_there_are_cannot_be_had() -> None:
    with pytest.raises(ValueError, match="only"):
        distinct_texts(20, 1000)
