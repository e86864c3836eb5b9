from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.text.errors import FrontEndError, NothingToSpeakError, SsmlError
from service.text.frontend import LONGEST_SENTENCE, FrontEnd
from service.text.sentence import Sentence, Style, Word
from service.text.syllable import Syllabary
from service.text.symbols import SymbolRenderer
from tests.text.symbol_line import parse

SYLLABARY, RENDERER = Syllabary(), SymbolRenderer()

POOLS = [
    st.text("你好世界一不三五儿得地为量长行重了着过子们吗呢吧的龘𠀀", max_size=12),
    st.text("0123456789.,:-/%~+¥$€()", max_size=12),
    st.text("abcXYZ'-@_", max_size=8),
    st.text("，。！？；：、“”‘’（）《》…—\n \t\u3000", max_size=6),
    st.text("年月日点分秒元个第座号楼室万亿℃", max_size=4),
    st.text("ⅢαβΩ√×÷±≥≤²³½‰㎡①⅕", max_size=4),
    st.text("😀🎉é日語カナ한글Русскийعربي\u200d\ufe0f🇨", max_size=6),
    st.text("\x00\x1b\u200b\ufeff\ud800\udfff\u2028", max_size=4),
    st.text(st.characters(), max_size=10),
    st.sampled_from(["2024-03-05", "13800138000", "3:05", "www.a.com", "1/2", "¥1,234.5", "v2.3.1", "GPT-4"]),
]
MARKUP = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<s/>",
            "<break/>",
            '<break time="1s"/>',
            "<!-- x -->",
            "<![CDATA[好]]>",
            "&amp;",
            "&x;",
        ),
        *('<emotion category="happy">', "</emotion>", '<prosody rate="fast">', "</prosody>", "<", "&", "]]>"),
        *(
            '<voice name="a">好</voice>',
            '<sub alias="好">x</sub>',
            '<say-as interpret-as="digits">12</say-as>',
        ),
        '<phoneme alphabet="py" ph="hao3 de5">好的</phoneme>',
    ]
)
TEXTS = st.lists(st.one_of(POOLS), max_size=6).map("".join)
DOCUMENTS = st.lists(st.one_of(MARKUP, *POOLS[:4]), max_size=8).map(
    lambda parts: f"<speak>{''.join(parts)}</speak>"
)
FLAT = st.sampled_from(
    ["你好", "，", "12", "<break/>", "<p>世界</p>", "<s>好。</s>", "\r\n", "&lt;", "a", "！", "<!-- x -->"]
)
GOOD_DOCUMENTS = st.lists(FLAT, max_size=12).map(lambda parts: f"<speak>{''.join(parts)}</speak>")


def check(text: str, sentences: Sequence[Sentence]) -> None:
    """What holds of the sentences of any text."""
    assert sentences
    assert [s.start for s in sentences] == [0, *(s.end for s in sentences[:-1])]
    assert sentences[-1].end == len(text)
    for sentence in sentences:
        check_words(sentence)
        parse(RENDERER.render(sentence))
    check_spans([word for sentence in sentences for word in sentence.words])
    for before, sentence in pairwise(sentences):
        # Only a number too long for one sentence has words in two: they share its span.
        last = before.words[-1]
        shared = {(last.start, last.end)}
        assert all(w.start >= sentence.start or (w.start, w.end) in shared for w in sentence.words)


def check_spans(words: Sequence[Word]) -> None:
    assert all(word.start <= word.end for word in words)
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(words))


def check_words(sentence: Sentence) -> None:
    words = sentence.words
    assert [word.break_after == 4 for word in words] == [False] * (len(words) - 1) + [True]
    assert all(bool(word.syllables) != bool(word.phones) for word in words)
    assert not any(re.search("[0-9]", word.text) for word in words)
    assert all(SYLLABARY.key(s) in SYLLABARY.phones and 1 <= s.tone <= 5 for w in words for s in w.syllables)
    assert all(word.end <= sentence.end for word in words)
    length = sum(len(word.syllables) + len(word.phones) for word in words)
    assert length <= LONGEST_SENTENCE or len(words) == 1


class TestAnyText:
    @settings(max_examples=400)
    @given(TEXTS)
    def test_plain_text_gives_sentences_or_nothing_to_speak(self, frontend: FrontEnd, text: str) -> None:
        try:
            sentences = list(frontend.read(text))
        except NothingToSpeakError:
            return
        check(text, sentences)

    @settings(max_examples=300)
    @given(DOCUMENTS)
    def test_markup_gives_sentences_or_says_what_is_wrong(self, frontend: FrontEnd, text: str) -> None:
        try:
            sentences = list(frontend.read(text))
        except (NothingToSpeakError, SsmlError):
            return
        check(text, sentences)

    @settings(max_examples=100)
    @given(GOOD_DOCUMENTS)
    def test_good_markup_is_never_called_broken(self, frontend: FrontEnd, text: str) -> None:
        try:
            sentences = list(frontend.read(text))
        except NothingToSpeakError:
            return
        check(text, sentences)

    @settings(max_examples=50)
    @given(st.text(st.sampled_from("你好一天，、1234567890.%“”（）abc "), min_size=60, max_size=600))
    def test_long_sentences_stay_within_the_bound(self, frontend: FrontEnd, text: str) -> None:
        check(f"好{text}", list(frontend.read(f"好{text}")))

    @pytest.mark.parametrize(
        "text",
        ["", " ", "\n\n", "。", "……！", "😀🎉", "\x00", "\ud800", "\u200b\ufeff", "()", "カナ", "---", '""'],
    )
    def test_without_a_word_there_is_nothing_to_speak(self, frontend: FrontEnd, text: str) -> None:
        with pytest.raises(NothingToSpeakError, match="needs at least one Chinese or Latin word or a number"):
            frontend.read(text)

    def test_both_errors_are_errors_of_the_front_end(self) -> None:
        assert issubclass(NothingToSpeakError, FrontEndError)
        assert issubclass(SsmlError, FrontEndError)
        assert issubclass(FrontEndError, ValueError)


class TestReading:
    def test_it_can_be_iterated_again(self, frontend: FrontEnd) -> None:
        reading = frontend.read("你好。今天是2024年3月5日，hello！")
        assert list(reading) == list(reading)

    def test_its_styles_are_known_before(self, frontend: FrontEnd) -> None:
        text = '<speak>甲<emotion category="sad">乙</emotion><voice name="li">丙</voice></speak>'
        assert frontend.read(text).styles >= {Style(), Style(emotion="sad"), Style(voice="li")}

    def test_the_styles_are_those_of_the_words(self, frontend: FrontEnd) -> None:
        reading = frontend.read("你好。世界", Style(emotion="happy"))
        assert reading.styles == {Style(emotion="happy")}
        assert {word.style for sentence in reading for word in sentence.words} == reading.styles

    def test_sentences_come_one_by_one(self, frontend: FrontEnd) -> None:
        first = next(iter(frontend.read("你好。" * 20_000)))
        assert (first.text, first.start, first.end) == ("你好。", 0, 3)


class TestSentences:
    def test_the_text_as_it_is_spoken(self, frontend: FrontEnd) -> None:
        (sentence,) = frontend.read("我有2个iPhone 15，真的!")
        assert sentence.text == "我有两个 iPhone 十五，真的！"

    def test_a_sentence_without_words_joins_its_neighbour(self, frontend: FrontEnd) -> None:
        first, second = frontend.read("😀。你好。😀。世界。")
        assert (first.start, first.end, second.end) == (0, 7, 10)

    def test_a_long_sentence_is_cut_at_its_last_comma(self, frontend: FrontEnd) -> None:
        clause = "今天的天气非常好我们去公园"
        text = "，".join([clause] * 6)
        first = next(iter(frontend.read(text)))
        assert first.words[-1].mark == "，"
        assert 30 < sum(len(word.syllables) for word in first.words) <= LONGEST_SENTENCE

    @pytest.mark.parametrize("filling", range(42, 62, 2))
    def test_it_is_not_cut_inside_a_number(self, frontend: FrontEnd, filling: int) -> None:
        sentences = list(frontend.read("哈" * filling + "1234567890元"))
        assert "十二亿三千四百五十六万七千八百九十" in sentences[-1].text

    def test_a_single_word_may_be_longer_than_the_bound(self, frontend: FrontEnd) -> None:
        (sentence,) = frontend.read("x" * (LONGEST_SENTENCE + 10))
        assert len(sentence.words[0].phones) == LONGEST_SENTENCE + 10


LONG = {
    "chinese": "你好" * 50_000,
    "one word": "a" * 100_000,
    "addresses": "www." * 25_000,
    "commas": "，" * 99_999 + "好",
    "open quotes": "“" * 99_999 + "好",
    "brackets": "(" * 49_999 + "好" + ")" * 49_999,
    "emoji": "😀" * 99_999 + "好",
    "blanks": " " * 99_999 + "好",
    "paragraphs": "<speak>" + "<p>" * 14_000 + "好" + "</p>" * 14_000 + "</speak>",
    "pauses": "<speak>好" + '<break time="0s"/>' * 5_500 + "</speak>",
}
DENSE = [
    "1",
    "1.",
    "1,",
    "1:",
    "12-",
    "a@",
    "a.b.",
    "¥",
    "-5~3℃",
    "一",
    "好\n",
    "你好，世界。",
    "<",
    "&",
    "(1",
]


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_hundred_thousand_characters_end(frontend: FrontEnd, text: str) -> None:
    sentences = list(frontend.read(text))
    assert (sentences[0].start, sentences[-1].end) == (0, len(text))


@pytest.mark.parametrize("unit", DENSE)
def test_what_sets_many_rules_to_work_ends(frontend: FrontEnd, unit: str) -> None:
    text = unit * (10_000 // len(unit)) + "好"
    check(text, list(frontend.read(text)))


def test_eight_threads_read_at_once_as_each_would_alone(frontend: FrontEnd) -> None:
    texts = [
        *(
            "你好，世界。今天是2024年3月5日。",
            "银行行长数一数¥1,234.5元",
            "請問機場怎麼去？",
            "hello world, iPhone 15 Pro",
        ),
        *(
            "拨打138-0013-8000",
            "<speak>重<emotion category='sad'>要</emotion></speak>",
            "花儿一点儿也不红",
            "第Ⅲ章α≥60%",
        ),
    ]
    alone = [list(frontend.read(text)) for text in texts]
    with ThreadPoolExecutor(len(texts)) as pool:
        for _ in range(10):
            assert list(pool.map(lambda text: list(frontend.read(text)), texts)) == alone


def test_two_front_ends_read_alike(frontend: FrontEnd) -> None:
    text = "曾经沧海难为水，除却巫山不是云。"
    assert list(FrontEnd().read(text)) == list(frontend.read(text))
