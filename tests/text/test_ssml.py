from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.errors import NothingToSpeakError, SsmlError
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Style, Word
from service.text.ssml import is_ssml, parse
from service.text.syllable import Syllabary

Read = Callable[[str], Sequence[Sentence]]
Words = Callable[[str], Sequence[Word]]


@pytest.fixture
def read(frontend: FrontEnd) -> Read:
    """The sentences of what stands inside ``<speak>``."""
    return lambda inside: list(frontend.read(f"<speak>{inside}</speak>"))


@pytest.fixture
def words(read: Read) -> Words:
    """Its words."""
    return lambda inside: [word for sentence in read(inside) for word in sentence.words]


@pytest.fixture
def fault(syllabary: Syllabary) -> Callable[[str], SsmlError]:
    """What is wrong with a whole text."""

    def find(text: str) -> SsmlError:
        with pytest.raises(SsmlError) as caught:
            parse(text, Style(), syllabary)
        return caught.value

    return find


class TestWhatIsSsml:
    @pytest.mark.parametrize(
        "text",
        [
            "<speak>你好</speak>",
            "\n \t<speak>你好</speak>",
            "<speak\n>你好</speak>",
            "\ufeff<speak>你好</speak>",
            '<speak version="1.0" xml:lang="zh-CN" xmlns="http://www.w3.org/2001/10/synthesis">你好</speak>',
            '<?xml version="1.0"?><speak>你好</speak>',
            '<?xml version="1.0" encoding="gbk"?>\r\n<speak>你好</speak>',
        ],
    )
    def test_a_document_whose_root_is_speak(self, frontend: FrontEnd, text: str) -> None:
        (sentence,) = frontend.read(text)
        assert [word.text for word in sentence.words] == ["你好"]
        assert text[sentence.words[0].start : sentence.words[0].end] == "你好"

    @pytest.mark.parametrize(
        "text", ["你好", "<speaker>", "< speak>", "x<speak>", "<p>你好</p>", "1 < 2", ""]
    )
    def test_any_other_text_is_plain(self, text: str) -> None:
        assert not is_ssml(text)

    @pytest.mark.parametrize(
        "text", ["<speak/>", "<speak></speak>", "<speak>。😀</speak>", "<speak><p/><break/></speak>"]
    )
    def test_a_document_without_words_has_nothing_to_speak(self, frontend: FrontEnd, text: str) -> None:
        with pytest.raises(NothingToSpeakError):
            frontend.read(text)


class TestSentences:
    @pytest.mark.parametrize("name", ["p", "s"])
    def test_p_and_s_are_sentences_of_their_own(self, read: Read, name: str) -> None:
        assert [s.text for s in read(f"甲<{name}>乙</{name}>丙")] == ["甲", "乙", "丙"]

    def test_so_is_what_another_voice_says(self, read: Read) -> None:
        sentences = read('甲<voice name="li">乙</voice>丙')
        assert [(s.text, s.style.voice) for s in sentences] == [("甲", None), ("乙", "li"), ("丙", None)]

    def test_p_may_hold_s(self, read: Read) -> None:
        assert [s.text for s in read("<p><s>甲</s><s>乙。丙</s></p>")] == ["甲", "乙。", "丙"]

    def test_a_number_does_not_reach_across_a_paragraph(self, words: Words) -> None:
        assert [word.text for word in words("12<p>34</p>")] == ["十二", "三十四"]

    def test_a_comment_or_instruction_is_not_there(self, words: Words) -> None:
        (word,) = words("你<!-- 不 --><?do not?>好")
        assert str(word.syllables[0]) == "ni2"

    def test_cdata_is_text(self, words: Words) -> None:
        assert [word.text for word in words("<![CDATA[你好]]>")] == ["你好"]

    def test_the_five_entities_and_character_references_are_characters(self, words: Words) -> None:
        assert [word.text for word in words("A&amp;B")] == ["A", "和", "B"]
        assert [word.text for word in words("&#20320;&#x597D;")] == ["你好"]


class TestStyle:
    def style(self, words: Words, inside: str) -> Style:
        (word,) = words(inside)
        return word.style

    def test_emotion_and_its_intensity(self, words: Words) -> None:
        assert self.style(words, '<emotion category="sad">好</emotion>') == Style(emotion="sad")
        style = self.style(words, '<emotion category="sad" intensity="1.5">好</emotion>')
        assert style == Style(emotion="sad", intensity=1.5)

    def test_an_inner_emotion_replaces_the_outer_one(self, words: Words) -> None:
        inside = '<emotion category="sad"><emotion category="happy">甲</emotion>，乙</emotion>，丙'
        assert [word.style.emotion for word in words(inside)] == ["happy", "sad", "neutral"]

    @pytest.mark.parametrize(
        ("attribute", "style"),
        [
            ('rate="1.5"', Style(rate=1.5)),
            ('rate="slow"', Style(rate=0.75)),
            ('pitch="+2st"', Style(pitch=2.0)),
            ('pitch="x-low"', Style(pitch=-6.0)),
            ('volume="50%"', Style(volume=0.5)),
            ('volume="silent"', Style(volume=0.0)),
            ('rate="0.5" pitch="-1" volume="2"', Style(rate=0.5, pitch=-1.0, volume=2.0)),
            ("", Style()),
        ],
    )
    def test_prosody(self, words: Words, attribute: str, style: Style) -> None:
        assert self.style(words, f"<prosody {attribute}>好</prosody>") == style

    def test_prosody_composes(self, words: Words) -> None:
        inner = '<prosody rate="1.2" pitch="3" volume="0.5">好</prosody>'
        style = self.style(words, f'<prosody rate="1.5" pitch="-1" volume="0.5">{inner}</prosody>')
        assert (style.rate, style.pitch, style.volume) == pytest.approx((1.8, 2.0, 0.25))

    def test_prosody_composes_within_its_ranges(self, words: Words) -> None:
        open_tags = '<prosody rate="2" pitch="8" volume="1.5">' * 2
        style = self.style(words, f"{open_tags}好</prosody></prosody>")
        assert (style.rate, style.pitch, style.volume) == (2.0, 12.0, 2.0)

    def test_everything_composes_with_the_style_of_the_request(self, frontend: FrontEnd) -> None:
        base = Style("angry", 0.5, rate=1.2, pitch=1.0, volume=0.5, voice="wang")
        text = (
            '<speak>甲<prosody rate="1.25" pitch="1"><emotion category="sad">乙</emotion></prosody></speak>'
        )
        first, second = (word for sentence in frontend.read(text, base) for word in sentence.words)
        assert first.style == base
        assert second.style == Style("sad", 0.5, rate=1.5, pitch=2.0, volume=0.5, voice="wang")

    def test_style_may_change_within_a_word_and_its_reading_stays(self, words: Words) -> None:
        first, second = words('银<emotion category="happy">行</emotion>')
        assert (str(first.syllables[0]), str(second.syllables[0])) == ("yin2", "hang2")
        assert (first.style.emotion, second.style.emotion) == ("neutral", "happy")


class TestBreak:
    @pytest.mark.parametrize(
        ("attributes", "seconds", "level"),
        [
            ('time="500ms"', 0.5, 3),
            ('time="2s"', 2.0, 3),
            ('strength="strong"', 0.8, 3),
            ("", 0.4, 3),
            ('strength="x-weak"', 0.1, 2),
            ('time="100ms" strength="x-strong"', 0.1, 2),
        ],
    )
    def test_between_words(self, words: Words, attributes: str, seconds: float, level: int) -> None:
        first, second = words(f"你<break {attributes}/>好")
        assert (first.pause, first.break_after) == (seconds, level)
        assert (second.pause, second.break_after) == (None, 4)

    def test_before_the_first_word_it_leads_the_sentence(self, read: Read) -> None:
        (sentence,) = read('<break time="1s"/><break time="500ms"/>好')
        assert sentence.lead == 1.5

    def test_after_the_last_word_it_stays_with_it(self, read: Read) -> None:
        (sentence,) = read('好<break time="1s"/>')
        assert (sentence.words[-1].pause, sentence.words[-1].break_after) == (1.0, 4)

    def test_between_sentences_it_leads_the_second(self, read: Read) -> None:
        first, second = read('<p>甲</p><break time="1s"/><p>乙</p>')
        assert (first.words[-1].pause, second.lead) == (None, 1.0)

    def test_two_in_a_row_add_up(self, words: Words) -> None:
        assert words('你<break time="1s"/><break time="1s"/>好')[0].pause == 2.0

    def test_it_parts_what_would_be_one_number(self, words: Words) -> None:
        assert [word.text for word in words("1<break/>2")] == ["一", "二"]

    def test_no_tone_changes_across_it(self, words: Words) -> None:
        assert [str(word.syllables[0]) for word in words("你<break/>好")] == ["ni3", "hao3"]


class TestPhoneme:
    def test_it_fixes_a_reading(self, words: Words) -> None:
        word = words('<phoneme alphabet="py" ph="chong2">重</phoneme>要')[0]
        assert (word.text, [str(s) for s in word.syllables]) == ("重", ["chong2"])

    def test_what_it_fixes_changes_no_more(self, words: Words) -> None:
        (word,) = words('<phoneme alphabet="py" ph="ni3 hao3">你好</phoneme>')
        assert [str(s) for s in word.syllables] == ["ni3", "hao3"]

    def test_erhua_neutral_tone_and_any_blanks(self, words: Words) -> None:
        (word,) = words('<phoneme alphabet="py" ph=" dianr3  de5 ">点儿的</phoneme>')
        assert [str(s) for s in word.syllables] == ["dianr3", "de5"]

    def test_figures_in_it_are_not_read_as_a_number(self, words: Words) -> None:
        (word,) = words('<phoneme alphabet="py" ph="yao1 yao1">11</phoneme>')
        assert [str(s) for s in word.syllables] == ["yao1", "yao1"]

    def test_two_in_a_row_are_two_words(self, words: Words) -> None:
        tag = '<phoneme alphabet="py" ph="hao3">好</phoneme>'
        assert [word.text for word in words(tag + tag)] == ["好", "好"]

    @pytest.mark.parametrize("ph", ["", " ", "hao9", "xyz1", "hao3 xx1", "HAO3", "好"])
    def test_a_reading_that_is_no_pinyin(self, fault: Callable[[str], SsmlError], ph: str) -> None:
        error = fault(f'<speak><phoneme alphabet="py" ph="{ph}">好</phoneme></speak>')
        assert "must be pinyin syllables with tone digits" in str(error)

    def test_another_alphabet(self, fault: Callable[[str], SsmlError]) -> None:
        error = fault('<speak><phoneme alphabet="ipa" ph="x">好</phoneme></speak>')
        assert 'alphabet="ipa" is not supported; allowed is py' in str(error)


class TestSayAsAndSub:
    @pytest.mark.parametrize(
        ("kind", "inside", "text"),
        [
            ("cardinal", "110", "一百一十"),
            ("digits", "110", "一一零"),
            ("telephone", "110", "幺幺零"),
            ("date", "3/5", "三月五日"),
            ("time", "3:05", "三点零五分"),
            ("currency", "¥2", "两元"),
            ("characters", "我1", "我一"),
            ("digits", "１２", "一二"),
        ],
    )
    def test_say_as(self, words: Words, kind: str, inside: str, text: str) -> None:
        spoken = words(f'<say-as interpret-as="{kind}">{inside}</say-as>')
        assert "".join(word.text for word in spoken) == text

    def test_the_words_of_say_as_stand_for_all_that_it_holds(self, frontend: FrontEnd) -> None:
        text = '<speak>在<say-as interpret-as="date">2024-03-05</say-as>见</speak>'
        (sentence,) = frontend.read(text)
        assert {text[w.start : w.end] for w in sentence.words} == {"在", "2024-03-05", "见"}

    def test_sub_speaks_its_alias(self, frontend: FrontEnd) -> None:
        text = '<speak><sub alias="世卫组织">WHO</sub>说</speak>'
        (sentence,) = frontend.read(text)
        assert sentence.text == "世卫组织说"
        assert text[sentence.words[0].start : sentence.words[0].end] == "WHO"

    def test_an_alias_is_read_as_any_text(self, words: Words) -> None:
        assert "".join(word.text for word in words('<sub alias="10元">x</sub>')) == "十元"

    def test_an_empty_alias_is_silent(self, words: Words) -> None:
        assert [word.text for word in words('<sub alias="">WHO</sub>说')] == ["说"]


class TestFault:
    @pytest.mark.parametrize(
        ("text", "line", "column", "message"),
        [
            # not well-formed
            ("<speak>你好", 1, 10, "no element found"),
            ("<speak", 1, 1, "unclosed token"),
            ("<speak>你</p></speak>", 1, 11, "mismatched tag"),
            ("<speak><p>你</speak>", 1, 14, "mismatched tag"),
            ("<speak>你</speak>好", 1, 17, "junk after document element"),
            ("<speak>你</speak><speak/>", 1, 17, "junk after document element"),
            ("<speak>1 < 2</speak>", 1, 11, "not well-formed"),
            ("<speak>\x01</speak>", 1, 8, "not well-formed"),
            ("<speak>\x00</speak>", 1, 8, "not well-formed"),
            ("<speak>&#0;</speak>", 1, 8, "invalid character number"),
            ("<speak>A & B</speak>", 1, 11, "not well-formed"),
            ('<speak version="1" version="1"/>', 1, 20, "duplicate attribute"),
            # hostile
            ("<speak>&bomb;</speak>", 1, 8, "undefined entity"),
            # what is not supported
            ("<SPEAK>你</SPEAK>", 1, 1, "<speak> as its outermost element"),
            ("<speak><audio src='x'/></speak>", 1, 8, "element <audio> is not supported; allowed are speak,"),
            ("<speak>你<x:p>好</x:p></speak>", 1, 9, "element <x:p> is not supported"),
            ("<speak><speak/></speak>", 1, 8, "must not stand inside another element"),
            ('<speak foo="1">你</speak>', 1, 1, '<speak> has no attribute "foo"; allowed: version'),
            ("<speak>\n  <p role='x'>你</p></speak>", 2, 3, '<p> has no attribute "role"; allowed: xml:lang'),
            ("<speak><emotion>你</emotion></speak>", 1, 8, '<emotion> needs the attribute "category"'),
            ("<speak><voice>你</voice></speak>", 1, 8, '<voice> needs the attribute "name"'),
            ("<speak><sub>你</sub></speak>", 1, 8, '<sub> needs the attribute "alias"'),
            ("<speak><say-as>你</say-as></speak>", 1, 8, '<say-as> needs the attribute "interpret-as"'),
            ('<speak><phoneme ph="a1">啊</phoneme></speak>', 1, 8, 'needs the attribute "alphabet"'),
            # bad values
            ('<speak>你<break time="11s"/></speak>', 1, 9, "must be 0ms to 10s"),
            (
                "<speak>你" + '<break time="10s"/>' * 13 + "</speak>",
                1,
                9 + 12 * 19,
                "add up to more than 120s",
            ),
            ('<speak>你\n好<break strength="x"/></speak>', 2, 2, "must be one of none"),
            ('<speak><prosody rate="9">你</prosody></speak>', 1, 8, "must be 0.5 to 2"),
            ('<speak><prosody pitch="99">你</prosody></speak>', 1, 8, "must be -12st to +12st"),
            ('<speak><prosody volume="9">你</prosody></speak>', 1, 8, "must be 0 to 2"),
            ('<speak><emotion category="sad" intensity="3">你</emotion></speak>', 1, 8, "from 0 to 2"),
            ('<speak>我<say-as interpret-as="digits">x</say-as></speak>', 1, 9, "needs digits"),
            ('<speak>我<say-as interpret-as="x">1</say-as></speak>', 1, 9, '"x" is unknown; allowed are'),
            ('<speak>我<phoneme alphabet="py" ph="x">啊</phoneme></speak>', 1, 9, "must be pinyin"),
            # elements where only text may stand
            ('<speak><sub alias="x"><break/></sub></speak>', 1, 23, "<sub> must not hold other elements"),
            (
                '<speak><phoneme alphabet="py" ph="a1"><p>啊</p></phoneme></speak>',
                1,
                39,
                "<phoneme> must not hold other elements",
            ),
            ('<speak><break time="1s">你</break></speak>', 1, 8, "<break> must"),
        ],
    )
    def test_it_is_named_with_its_place(
        self, fault: Callable[[str], SsmlError], text: str, line: int, column: int, message: str
    ) -> None:
        error = fault(text)
        assert message in str(error)
        assert (error.line, error.column) == (line, column)
        assert str(error).endswith(f"(line {line}, column {column})")

    @pytest.mark.parametrize(
        "document_type",
        [
            "<!DOCTYPE speak>",
            '<!DOCTYPE speak SYSTEM "file:///etc/passwd">',
            '<!DOCTYPE speak PUBLIC "a" "http://example.com/a.dtd">',
            '<!DOCTYPE speak [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE speak [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE speak [<!ENTITY % x SYSTEM "http://example.com/x"> %x;]>',
        ],
    )
    def test_no_document_type_is_allowed(self, fault: Callable[[str], SsmlError], document_type: str) -> None:
        error = fault(f"\n{document_type}\n<speak>&a;&x;</speak>")
        assert "must not hold a DTD or entity declarations" in str(error)
        assert error.line == 2

    @pytest.mark.parametrize("before", ["你好", "😀", "é", "𠀀", "\ud800", "&amp;", "<!-- 你好 -->"])
    def test_columns_count_characters(self, fault: Callable[[str], SsmlError], before: str) -> None:
        error = fault(f"<speak>{before}<foo/></speak>")
        assert error.column == len("<speak>") + len(before) + 1

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_end_in_any_way(self, fault: Callable[[str], SsmlError], end: str) -> None:
        error = fault(f"<speak>你{end}好{end}  <foo/></speak>")
        assert (error.line, error.column) == (3, 3)

    def test_a_place_after_the_declaration_is_that_of_the_whole_text(
        self, fault: Callable[[str], SsmlError]
    ) -> None:
        error = fault('<?xml version="1.0"?>\n<speak><foo/></speak>')
        assert (error.line, error.column) == (2, 8)

    def test_a_long_wrong_name_is_not_repeated_whole(self, fault: Callable[[str], SsmlError]) -> None:
        assert len(str(fault(f"<speak><{'x' * 10_000}/></speak>"))) < 300


class TestSpans:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_they_point_into_the_source(self, frontend: FrontEnd, end: str) -> None:
        sad = '<emotion category="sad">难过</emotion>'
        text = f'<?xml version="1.0"?>{end}<speak>{end}<p>中国😀人</p>{end}{sad}</speak>'
        spans = [text[w.start : w.end] for s in frontend.read(text) for w in s.words]
        assert spans == ["中国", "人", "难过"]

    def test_a_number_stands_for_its_figures(self, frontend: FrontEnd) -> None:
        text = "<speak>有<p>1,234</p>个</speak>"
        assert "1,234" in {text[w.start : w.end] for s in frontend.read(text) for w in s.words}

    def test_a_character_reference_is_covered_whole(self, frontend: FrontEnd) -> None:
        text = "<speak>你&#22909;</speak>"
        (word,) = next(iter(frontend.read(text))).words
        assert text[word.start : word.end] == "你&#22909;"

    @given(
        st.lists(
            st.sampled_from(["你好", "12", "<break/>", "\r\n", "<p>世界</p>", "&lt;", "<s/>", "😀", "ab"])
        )
    )
    def test_sentences_cover_the_document(self, frontend: FrontEnd, parts: list[str]) -> None:
        text = f"<speak>好{''.join(parts)}</speak>"
        sentences = list(frontend.read(text))
        bounds = [0, *(sentence.end for sentence in sentences)]
        assert [sentence.start for sentence in sentences] == bounds[:-1]
        assert bounds[-1] == len(text)


def test_deep_nesting_ends(frontend: FrontEnd) -> None:
    depth = 10_000
    text = "<speak>" + '<prosody rate="1.1">' * depth + "好" + "</prosody>" * depth + "</speak>"
    (sentence,) = frontend.read(text)
    assert sentence.style.rate == 2.0
