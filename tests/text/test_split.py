from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.glyph import plain, text_of
from service.text.sentence import Style
from service.text.split import LONGEST, split


def sentences(text: str) -> list[str]:
    return [text_of(piece) for piece in split(plain(text, Style()))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("你好。", "世界"),
        ("真的？", "是的！"),
        ("你好?!", "世界"),
        ("完了。。。", "走吧"),
        ("你好\n", "世界"),
        ("你好\n\n", "世界"),
        ("你好。 \n", "世界"),
        ("我来；\n", "他走"),
        ("I am. ", "You are."),
        ("好吗？”", "他问"),
        ("版本v2.3.1。", "好"),
        ("价格3.14元。", "好"),
        ("见http://a.com.cn。", "好"),
        ("他说“好。对。行”。", "走了"),
        ("（一。二）三。", "四"),
        ("“未闭合。", "世界"),
        ("他说。", '"你好。"再见'),
    ],
)
def test_a_sentence_ends_here(first: str, second: str) -> None:
    assert sentences(first + second) == [first, second]


@pytest.mark.parametrize(
    "text",
    [
        "圆周率是3.1415926",
        "共1,234,567.89元",
        "版本v2.3.1和10.0.0.1",
        "a.b.c",
        "abc.def@qq.com",
        "文件readme.txt在这",
        "“你好。”他说",
        "他说：“你好。走吧！行？”然后走了",
        "《你好。世界》这本书",
        "（第一。第二）都对",
        "「好。」他说",
        'He said "Hi. Bye." to me',
        "“外（里。里）外。外”外",
        "你好……世界",
        "你好；世界",
    ],
)
def test_never_inside_a_number_quotation_or_bracket(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Wang is here",
        "Dr. Li 在",
        "No. 1",
        "Prof. Li",
        "A. B. Smith",
        "St. Paul",
        "Alice vs. Bob",
        "etc. 都好",
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert sentences(text) == [text]


def test_a_text_without_any_mark_is_one_sentence() -> None:
    assert sentences("你好世界") == ["你好世界"]
    assert sentences("") == []


class TestBound:
    def test_no_sentence_is_longer_than_the_bound(self) -> None:
        assert [len(s) for s in sentences("好" * (2 * LONGEST + 1))] == [LONGEST, LONGEST, 1]

    def test_a_long_sentence_is_cut_after_its_last_comma(self) -> None:
        head = "好" * 200 + "，" + "好" * 50 + "，"
        assert sentences(head + "好" * 100)[0] == head

    def test_a_semicolon_is_a_better_place_than_a_comma(self) -> None:
        head = "好" * 200 + "；"
        assert sentences(head + "好" * 50 + "，" + "好" * 100)[0] == head

    @pytest.mark.parametrize("token", ["3.14159265358979", "1,234,567,890", "hello-world", "a.b@c.com"])
    def test_a_number_or_word_at_the_cut_stays_whole(self, token: str) -> None:
        filling = "好" * (LONGEST - 5)
        assert sentences(filling + token + "好") == [filling, token + "好"]

    @pytest.mark.parametrize(("opening", "closing"), ["“”", "（）", "《》"])
    def test_a_comma_in_a_quotation_or_bracket_is_no_place_to_cut(self, opening: str, closing: str) -> None:
        filling = "好" * (LONGEST - 100)
        quotation = f"{opening}{'对' * 60}，{'对' * 60}{closing}"
        assert sentences(filling + quotation) == [filling, quotation]

    def test_a_quotation_longer_than_the_bound_is_cut_at_its_sentences(self) -> None:
        assert sentences("“" + "好的。" * LONGEST + "”")[1] == "好的。"


MARKS = st.text(st.sampled_from('你好a1.,，。！？；…“”"（）()《》: \n-'), max_size=400)


@given(MARKS)
def test_splitting_loses_nothing(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(MARKS)
def test_every_sentence_holds_at_least_one_and_at_most_so_many_characters(text: str) -> None:
    assert all(0 < len(sentence) <= LONGEST for sentence in sentences(text))


@given(
    st.lists(st.sampled_from(["3.14", "1,234.5", "10:30", "2.3.1", "好", "，"]), max_size=150).map("".join)
)
def test_no_cut_parts_two_digits(text: str) -> None:
    pieces = sentences(text)
    whole = [number for number in re.findall(r"[0-9.,:]+", text) if len(number) < LONGEST]
    found = [number for piece in pieces for number in re.findall(r"[0-9.,:]+", piece)]
    assert set(whole) <= set(found)
