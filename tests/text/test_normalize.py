"""What is written, and how it is said: one table for each class of written forms."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.characters import Cleaner
from service.text.glyph import Glyph, Pin, plain
from service.text.normalize import Normalizer
from service.text.sentence import Style, Syllable

Spoken = Callable[[str], str]
CLEANER, NORMALIZER = Cleaner(), Normalizer()

TABLE = {
    "integers": {
        "0": "零",
        "365": "三百六十五",
        "他有100元": "他有一百元",
        "1002人": "一千零二人",
        "10086箱": "一万零八十六箱",
        "300万": "三百万",
        "14亿": "十四亿",
        "12345678": "一千二百三十四万五千六百七十八",
    },
    "decimals": {
        "3.14": "三点一四",
        "0.05": "零点零五",
        "1.50米": "一点五零米",
        "12.5万": "十二点五万",
    },
    "negatives": {
        "-5": "负五",
        "温度是-12": "温度是负十二",
        "-0.5": "负零点五",
        "−5": "负五",
        "(-3)": "(负三)",
        "-1,234.5": "负一千二百三十四点五",
        "-2.3%": "负百分之二点三",
    },
    "thousands": {
        "1,234,567": "一百二十三万四千五百六十七",
        "1,000.5": "一千点五",
        "3,500户": "三千五百户",
    },
    "money": {
        "¥1,234.5": "一千二百三十四点五元",
        "¥1,234,567元": "一百二十三万四千五百六十七元",
        "$99.9": "九十九点九美元",
        "￥100": "一百元",
        "€50": "五十欧元",
        "£3.5": "三点五英镑",
        "HK$100": "一百港元",
        "$1.5亿": "一点五亿美元",
        "¥2": "两元",
        "-¥300": "负三百元",
        "¥-5": "负五元",
        "¥100/月": "一百元每月",
        "100USD": "一百美元",
    },
    "percent and per mille": {
        "15%": "百分之十五",
        "0.5%": "百分之零点五",
        "100%": "百分之百",
        "５０％": "百分之五十",
        "10%-20%": "百分之十到百分之二十",
        "5‰": "千分之五",
    },
    "fractions": {
        "1/2": "二分之一",
        "3/4杯": "四分之三杯",
        "1 1/2": "一又二分之一",
        "½": "二分之一",
        "⅕": "五分之一",
        "1/100": "百分之一",
    },
    "pages": {"第3/5页": "第三页共五页", "第10/12页": "第十页共十二页"},
    "dates": {
        "2024年3月5日": "二零二四年三月五日",
        "2024-03-05": "二零二四年三月五日",
        "2024/3/5": "二零二四年三月五日",
        "2024.3.5": "二零二四年三月五日",
        "2024-03-05T14:30": "二零二四年三月五日十四点三十分",
        "2024-03": "二零二四年三月",
        "3/5开会": "三月五日开会",
        "截止日期3/5": "截止日期三月五日",
        "3月5日-8日": "三月五日到八日",
        "2月2号": "二月二号",
    },
    "times": {
        "下午3:05": "下午三点零五分",
        "10:00-12:30": "十点到十二点三十分",
        "10:00~12:30": "十点到十二点三十分",
        "2:30": "两点三十分",
        "00:00": "零点",
        "3:05:09": "三点零五分零九秒",
        "3:05pm": "下午三点零五分",
        "9:00 AM": "上午九点",
        "2点半": "两点半",
        "１２：３０": "十二点三十分",
    },
    "years and decades": {
        "2000年": "二零零零年",
        "99年": "九九年",
        "1990年代": "一九九零年代",
        "90年代": "九十年代",
        "80后": "八零后",
        "20世纪80年代": "二十世纪八十年代",
        "公元前221年": "公元前二二一年",
        "2023-2024年": "二零二三到二零二四年",
        "5000年历史": "五千年历史",
        "2年": "两年",
    },
    "telephones": {
        "138-0013-8000": "幺三八 零零幺三 八零零零",
        "13800138000": "幺三八 零零幺三 八零零零",
        "+86 138 0013 8000": "加八六 幺三八 零零幺三 八零零零",
        "010-62345678": "零幺零 六二三四 五六七八",
        "(010)62345678": "零幺零 六二三四 五六七八",
        "0755-86013388转8001": "零七五五 八六零幺 三三八八转八零零幺",
        "400-800-1234": "四零零 八零零 幺二三四",
        "拨打110": "拨打幺幺零",
        "110报警": "幺幺零报警",
        "12306": "幺二三零六",
    },
    "order and ID numbers": {
        "订单号20240305123456": "订单号二零二四零三零五幺二三四五六",
        "验证码是0815": "验证码是零八幺五",
        "身份证号11010119900307123X": "身份证号幺幺零幺零幺幺九九零零三零七幺二三 X",
        "航班CA1234": "航班 C A 幺二三四",
        "6222 0200 1234 5678 901": "六二二二 零二零零 幺二三四 五六七八 九零幺",
        "007": "零零七",
    },
    "versions": {
        "v2.3.1": "V二点三点一",
        "版本2.3.1": "版本二点三点一",
        "V1.0": "V一点零",
        "192.168.1.1": "幺九二点幺六八点幺点幺",
    },
    "model names": {
        "GPT-4": "GPT 四",
        "GPT-3.5": "GPT 三点五",
        "iPhone 15": "iPhone 十五",
        "iPhone15": "iPhone 十五",
        "5G": "五 G",
        "Wi-Fi": "Wi-Fi",
        "A4纸": "A 四 纸",
        "波音737": "波音七三七",
        "歼-20": "歼二十",
        "RTX4090": "RTX 四零九零",
        "Windows 11": "Windows 十一",
    },
    "rooms": {
        "A座1203室": "A座幺二零三室",
        "1203房间": "幺二零三房间",
        "3号楼2单元501": "三号楼二单元五零幺",
        "302教室": "三零二教室",
    },
    "units": {
        "25℃": "二十五摄氏度",
        "-12℃": "负十二摄氏度",
        "37.5°C": "三十七点五摄氏度",
        "90°": "九十度",
        "60km/h": "六十公里每小时",
        "2kg": "两千克",
        "3㎏": "三千克",
        "20m²": "二十平方米",
        "5㎡": "五平方米",
        "100ml": "一百毫升",
        "50Hz": "五十赫兹",
        "-5~3℃": "负五到三摄氏度",
        "5万km": "五万公里",
    },
    "scores and ratios": {
        "3:2": "三比二",
        "比分3-2": "比分三比二",
        "以3:2获胜": "以三比二获胜",
        "比例1:100": "比例一比一百",
    },
    "ranges": {
        "3~5天": "三到五天",
        "2-3个": "两到三个",
        "18-35岁": "十八到三十五岁",
        "10—20人": "十到二十人",
        "100-200元": "一百到二百元",
        "5～10": "五到十",
        "1万~2万": "一万到两万",
        "第3-5页": "第三到第五页",
    },
    "ordinals": {
        "第1": "第一",
        "第2次": "第二次",
        "第22章": "第二十二章",
        "No.1": "第一",
        "2号线": "二号线",
        "2年级": "二年级",
    },
    "Roman numerals": {
        "第Ⅲ章": "第三章",
        "第III章": "第三章",
        "第Ⅻ届": "第十二届",
        "XIV": "十四",
        "第V部分": "第五部分",
        "Ⅰ型": "一型",
        "CD和DVD": "CD和DVD",
    },
    "Greek letters and maths signs": {
        "α": "阿尔法",
        "π": "派",
        "≥60": "大于等于六十",
        "x≥3": "x大于等于三",
        "3×4": "三乘四",
        "3x4": "三乘四",
        "6÷2": "六除以二",
        "3+5=8": "三加五等于八",
        "5-3=2": "五减三等于二",
        "±5": "正负五",
        "√2": "根号二",
        "x²": "x的平方",
        "2^10": "二的十次方",
        "10⁻³": "十的负三次方",
        "5>3": "五大于三",
    },
    "addresses": {
        "www.baidu.com": "WWW 点 baidu 点 com",
        "https://www.example.com/a?b=1": "WWW 点 example 点 com 斜杠 a 问号 b 等于一",
        "abc@qq.com": "abc 艾特 qq 点 com",
        "a_b-c@test.com.cn": "a 下划线 b 杠 c 艾特 test 点 com 点 cn",
    },
    "emoji": {"好😀吧": "好 吧", "👨‍👩‍👧一家": "一家", "🇨🇳中国": "中国", "1️⃣": "一"},
    "full-width forms": {"１２３": "一百二十三", "ＡＢＣ": "ABC", "（１）": "（一）", "３．１４": "三点一四"},
    "traditional characters": {"臺灣": "台湾", "2隻貓": "两只猫", "3個": "三个"},
    "two": {
        "2个": "两个",
        "2位": "两位",
        "2米": "两米",
        "2小时": "两小时",
        "2万": "两万",
        "12个": "十二个",
        "22个": "二十二个",
        "2.5个": "二点五个",
        "2月": "二月",
        "2点": "两点",
        "第2个": "第二个",
        "2": "二",
    },
    "lists": {"1、2、3": "一、二、三", "①②③": "一 二 三", "1. 好": "一. 好"},
}
CASES = [
    pytest.param(written, words, id=f"{kind}-{n}")
    for kind, table in TABLE.items()
    for n, (written, words) in enumerate(table.items(), 1)
]


@pytest.mark.parametrize(("written", "words"), CASES)
def test_how_it_is_said(spoken: Spoken, written: str, words: str) -> None:
    assert spoken(written) == words


@pytest.mark.parametrize("text", ["5-3", "3-2", "1-2页", "747-400", "A-5", "周一-5"])
def test_a_hyphen_behind_a_figure_or_word_is_no_minus(spoken: Spoken, text: str) -> None:
    assert "负" not in spoken(text)


@pytest.mark.parametrize("text", ["10-20", "营业10-20", "12-15个"])
def test_two_figures_are_a_date_only_where_they_look_like_one(spoken: Spoken, text: str) -> None:
    assert "月" not in spoken(text)


@pytest.mark.parametrize("text", ["你好，世界！", "“二〇二四”：三、四；五…", "Hello world", "不-好", "哈~"])
def test_what_is_in_words_already_stays(spoken: Spoken, text: str) -> None:
    assert spoken(text) == text.replace("〇", "零")


def test_new_words_stand_for_all_that_they_replace() -> None:
    glyphs = NORMALIZER.normalize(plain("共1,234人", Style()))
    assert {(glyph.start, glyph.end) for glyph in glyphs[1:-1]} == {(1, 6)}
    assert (glyphs[0].start, glyphs[-1].end) == (0, 7)


def test_new_words_keep_the_style() -> None:
    style = Style(emotion="sad")
    assert {glyph.style for glyph in NORMALIZER.normalize(plain("12%", style))} == {style}


def test_no_rule_reads_across_a_pinned_reading_or_a_pause() -> None:
    one, two = plain("12", Style())
    pin = Glyph("3", 2, 3, Style(), pin=Pin((Syllable("san", 1),)))
    pause = Glyph("", 3, 3, Style(), pause=1.0)
    four = Glyph("4", 3, 4, Style())
    result = NORMALIZER.normalize([one, two, pin, pause, four])
    assert [glyph.char for glyph in result] == ["十", "二", "3", "", "四"]
    assert result[2:4] == [pin, pause]


FORMS = st.one_of(
    st.sampled_from([written for table in TABLE.values() for written in table]),
    st.text("0123456789.,:/-~%¥$+()", max_size=8),
    st.text("年月日点分秒元个第号楼室℃kgmGΩⅢxX×=", max_size=4),
)
TEXTS = st.lists(FORMS, max_size=8).map("".join)


@given(TEXTS)
def test_no_figure_is_left(text: str) -> None:
    spoken = "".join(glyph.char for glyph in NORMALIZER.normalize(CLEANER.clean(plain(text, Style()))))
    assert not re.search("[0-9]", spoken)


@given(TEXTS)
def test_spans_stay_in_order_and_cover_the_text(text: str) -> None:
    cleaned = CLEANER.clean(plain(text, Style()))
    spans = [(glyph.start, glyph.end) for glyph in NORMALIZER.normalize(cleaned)]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
