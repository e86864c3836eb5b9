from __future__ import annotations

import pytest

from service.text.frontend import FrontEnd
from service.text.prosody import Draft, bind, breathe, level
from service.text.sentence import Style, Syllable


def draft(text: str, tag: str = "n", style: Style = Style(), start: int = 0) -> Draft:
    syllables = [Syllable("ma", 1) for _ in text]
    return Draft(text, start, start + len(text), style, tag, syllables, parts=(len(text),))


def texts(drafts: list[Draft]) -> list[str]:
    return [d.text for d in drafts]


class TestBind:
    @pytest.mark.parametrize(
        ("left", "right", "tag"),
        [("我们", "的", "uj"), ("走", "了", "ul"), ("好", "吗", "y"), ("看", "着", "uz")],
    )
    def test_a_particle_joins_the_word_before_it(self, left: str, right: str, tag: str) -> None:
        assert texts(bind([draft(left), draft(right, tag)])) == [left + right]

    def test_a_measure_word_joins_its_number(self) -> None:
        assert texts(bind([draft("三", "m"), draft("个", "q"), draft("人")])) == ["三个", "人"]

    def test_the_bound_word_has_the_parts_syllables_and_span_of_both(self) -> None:
        (bound,) = bind([draft("我们"), draft("的", "uj", start=2)])
        assert (bound.start, bound.end, bound.length, tuple(bound.parts)) == (0, 3, 3, (2, 1))

    def test_nothing_joins_across_punctuation(self) -> None:
        left = draft("我们")
        left.mark, left.break_after = "，", 3
        assert texts(bind([left, draft("的", "uj")])) == ["我们", "的"]

    def test_nothing_joins_across_a_change_of_style(self) -> None:
        assert len(bind([draft("我们"), draft("的", "uj", Style(emotion="sad"))])) == 2

    def test_nothing_joins_a_pinned_reading(self) -> None:
        pinned = draft("我们")
        pinned.pinned = True
        assert len(bind([pinned, draft("的", "uj")])) == 2

    def test_a_particle_at_the_start_stands_alone(self) -> None:
        assert texts(bind([draft("的", "uj"), draft("我们")])) == ["的", "我们"]


class TestBreathe:
    def test_a_phrase_of_ten_syllables_is_one_breath(self) -> None:
        drafts = [draft("天天") for _ in range(5)]
        breathe(drafts)
        assert [d.break_after for d in drafts] == [1] * 5

    def test_a_longer_phrase_has_minor_breaks_some_way_apart(self) -> None:
        drafts = [draft("天天") for _ in range(12)]
        breathe(drafts)
        breaths = [i for i, d in enumerate(drafts) if d.break_after == 2]
        assert breaths
        assert all(2 <= b - a <= 5 for a, b in zip([-1, *breaths], [*breaths, 11], strict=True))

    def test_a_comma_is_a_breath_already(self) -> None:
        drafts = [draft("天天") for _ in range(8)]
        drafts[3].break_after = 3
        breathe(drafts)
        assert [d.break_after for d in drafts] == [1, 1, 1, 3, 1, 1, 1, 1]

    def test_a_breath_is_taken_after_a_particle_rather_than_before_it(self, frontend: FrontEnd) -> None:
        (sentence,) = frontend.read("我昨天在图书馆里看到的那本新书是关于中国古代历史的")
        assert all(word.text[0] not in "的了着过" for word in sentence.words)


@pytest.mark.parametrize(("number", "expected"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4), (9, 4)])
def test_levels_are_one_to_four(number: int, expected: int) -> None:
    assert level(number) == expected
