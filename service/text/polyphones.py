"""Characters whose reading hangs on the words around them, where no dictionary of phrases can tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from pypinyin.constants import PHRASES_DICT

from service.text.sentence import Syllable


@dataclass(frozen=True, slots=True)
class HanWord:
    """A word of Chinese characters: where it stands in its run, and its part of speech (an ICTCLAS tag)."""

    start: int
    end: int
    tag: str


_PRONOUNS = frozenset(
    ("你", "我", "他", "她", "它", "您", "咱", "谁", "我们", "你们", "他们", "她们", "咱们", "大家")
)
_NUMBERS = frozenset("零一二三四五六七八九十百千万两半几")
_POINTERS = frozenset("这那哪每")
_TITLES = (
    "先生",
    "女士",
    "小姐",
    "老师",
    "教授",
    "经理",
    "主任",
    "医生",
    "大夫",
    "局长",
    "书记",
    "师傅",
    "主席",
    "处长",
    "科长",
    "校长",
    "院长",
    "总",
    "工",
    "某",
    "律师",
    "警官",
    "队长",
    "主管",
    "太太",
    "同学",
    "大爷",
    "阿姨",
    "奶奶",
    "爷爷",
    "家",
)
_SURNAMES = {
    "曾": "zeng1",
    "任": "ren2",
    "单": "shan4",
    "解": "xie4",
    "查": "zha1",
    "仇": "qiu2",
    "区": "ou1",
    "华": "hua4",
}
_SURNAMES |= {
    "盖": "ge3",
    "朴": "piao2",
    "尹": "yin3",
    "乐": "yue4",
    "翟": "zhai2",
    "盛": "sheng4",
    "葛": "ge3",
    "繁": "po2",
}
_SURNAMES |= {
    "缪": "miao4",
    "宁": "ning4",
    "燕": "yan1",
    "员": "yun4",
    "幺": "yao1",
    "洗": "xian3",
    "冼": "xian3",
    "逄": "pang2",
}

Rule = Callable[[str, Sequence[HanWord], int], str | None]


def settle(text: str, words: Sequence[HanWord], syllables: list[Syllable | None], settled: Set[int]) -> None:
    """Corrects, in place, the syllables of single-character words that have a rule here.

    The offsets in ``settled`` have a reading already that stays.
    """
    rules: dict[str, Rule] = {
        "得": _de,
        "地": _de_after_adverb,
        "为": _wei,
        "种": _zhong,
        "只": _zhi,
        "长": _chang,
    }
    rules |= {"量": _liang, "还": _hai, "的": lambda *_: "de5"}
    for i, word in enumerate(words):
        if word.start in settled:
            continue
        char = text[word.start]
        reading = rules[char](text, words, i) if char in rules and word.end - word.start == 1 else None
        _settle_pair(text, word, syllables)
        if char in _SURNAMES and _is_surname(text, words, i):
            reading = _SURNAMES[char]
        if reading is not None:
            syllables[word.start] = Syllable(reading[:-1], int(reading[-1]))


def _settle_pair(text: str, word: HanWord, syllables: list[Syllable | None]) -> None:
    """Words of two characters: a doubled verb ends neutral, 得 behind a verb is a particle, 三只 counts.

    Of three characters: the 得 of 跑得快 likewise, and the 地 of 悄悄地.
    """
    if word.end - word.start == 3 and text[word.end - 1] == "地" and text[word.start] == text[word.start + 1]:
        syllables[word.end - 1] = Syllable("de", 5)
    if text[word.start + 1 : word.end - 1] == "得" and text[word.start : word.end - 1] not in PHRASES_DICT:
        syllables[word.start + 1] = Syllable("de", 5)
    if word.end - word.start != 2:
        return
    first, second = text[word.start], text[word.start + 1]
    last = syllables[word.end - 1]
    if first == second and word.tag[:1] == "v" and last is not None:
        syllables[word.end - 1] = replace(last, tone=5)
    elif second == "得" and first + second not in PHRASES_DICT:
        syllables[word.end - 1] = Syllable("de", 5)
    elif second == "只" and first in _NUMBERS | _POINTERS:
        syllables[word.end - 1] = Syllable("zhi", 1)


def _own(text: str, word: HanWord) -> str:
    return text[word.start : word.end]


def _tag(words: Sequence[HanWord], i: int) -> str:
    return words[i].tag if 0 <= i < len(words) else ""


def _de(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """得 is děi (must) between a pronoun or adverb and what is to be done, else the particle after a verb."""
    before = _own(text, words[i - 1]) if i else ""
    must = before in _PRONOUNS or _tag(words, i - 1) == "d"
    if (must or not i) and _tag(words, i + 1)[:1] in ("v", "p", "d", "b", "a") and _tag(words, i + 1) != "":
        return "dei3"
    return "de5" if i else None


def _de_after_adverb(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """地 is the particle between how and what is done; after 的 or a noun, or before nothing, it is earth."""
    how = _tag(words, i - 1)[:1] in ("d", "a", "z", "i", "l", "v", "m", "o", "b", "r") if i else False
    return "de5" if how and i + 1 < len(words) and _own(text, words[i - 1]) != "这" else None


def _wei(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """为 is wéi (as) before an amount or where no verb follows, wèi (for) before somebody who is served."""
    if i and i + 1 < len(words):
        following = text[words[i + 1].start]
        if following in _NUMBERS or following == "负" or _tag(words, i + 1) == "m":
            return "wei2"
        serves = any(word.tag[:1] == "v" for word in words[i + 2 :])
        return "wei4" if serves or _own(text, words[i + 1]) in _PRONOUNS else "wei2"
    return "wei2" if i else "wei4"


def _zhong(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """种 counts kinds after a number or demonstrative; by itself it is the verb zhòng (to plant)."""
    before = text[words[i].start - 1] if words[i].start else ""
    return "zhong3" if before and (before in _NUMBERS or before in "这那哪各每某多数该此同何") else None


def _zhi(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """只 after a number counts animals and single things."""
    before = text[words[i].start - 1] if words[i].start else ""
    return "zhi1" if before in _NUMBERS | _POINTERS else None


def _chang(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """长 is zhǎng (to grow) before a particle or complement."""
    following = text[words[i].end : words[i].end + 1]
    return "zhang3" if following and following in "了出大高满成在着胖" else None


def _hai(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """还 is huán (to give back) before who gets it or what is owed, else hái (still)."""
    following = text[words[i].end : words[i].end + 1]
    return "huan2" if following and following in "你我他她您钱债款贷书账" else None


def _liang(text: str, words: Sequence[HanWord], i: int) -> str | None:
    """量 is the verb liáng (to measure) before what is measured, else liàng (amount)."""
    following = _tag(words, i + 1)[:1]
    return "liang2" if following in ("n", "m") or text[words[i].end : words[i].end + 1] == "了" else "liang4"


def _is_surname(text: str, words: Sequence[HanWord], i: int) -> bool:
    word = words[i]
    rest = text[word.start + 1 :]
    if word.end - word.start == 1 and rest.startswith(_TITLES):
        return not rest.startswith(("总是", "总会", "总要", "工作", "家里", "家庭", "工程"))
    return word.tag == "nr" and 1 < word.end - word.start < 4
