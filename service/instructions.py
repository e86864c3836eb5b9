"""Free instructions to a speaker, such as "sound a little sad", as an emotion and its intensity."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

NEUTRAL = "neutral"

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "happy": "happy happily happiness cheerful cheerfully cheerfulness cheery cheer joy joyful "
        "joyfully joyous glad gladly delighted merry merrily jolly upbeat bubbly elated smiling smile "
        "lively 高兴 开心 快乐 欢快 欢乐 欢喜 喜悦 欣喜 喜庆 喜气洋洋 愉快 愉悦 兴高采烈 生气勃勃 微笑 "
        "笑着 幸福",
        "sad": "sad sadly sadness sorrow sorrowful sorrowfully mournful mournfully grief melancholy "
        "melancholic gloomy gloomily heartbroken tearful tearfully unhappy unhappily dejected depressed "
        "miserable crying 悲伤 伤心 难过 悲痛 悲哀 哀伤 哀痛 忧伤 忧郁 伤感 沉痛 沮丧 低落 凄凉 痛苦 哭腔 "
        "哭泣 不高兴 不开心 不快乐",
        "angry": "angry angrily anger furious furiously fury mad rage enraged irate outraged annoyed "
        "irritated indignant indignantly 愤怒 生气 气愤 愤慨 愤愤 恼怒 恼火 发怒 发火 暴怒 怒气 怒吼 "
        "不耐烦",
        "fear": "fear fearful fearfully afraid scared frightened terrified terror horrified panic "
        "panicked panicky 害怕 恐惧 恐慌 惊恐 惊慌 惶恐 畏惧 惧怕 胆怯",
        "surprise": "surprise surprised astonished astonishment amazed amazement astounded shocked "
        "startled stunned 惊讶 吃惊 惊奇 惊喜 惊叹 惊愕 诧异 震惊 意外",
        "disgust": "disgust disgusted revolted repulsed revulsion contempt contemptuous contemptuously "
        "scornful scornfully disdainful 厌恶 恶心 反感 嫌弃 鄙视 鄙夷 轻蔑 讨厌 不屑",
        "excited": "excited excitedly excitement enthusiastic enthusiastically enthusiasm thrilled "
        "ecstatic 兴奋 激动 亢奋 热情",
        "satisfied": "satisfied satisfaction 满意 满足",
        "disgruntled": "disgruntled 不满 抱怨",
        "disappointed": "disappointed disappointment 失望",
        "anxiety": "anxious anxiously anxiety nervous nervously worried 焦虑 紧张 担心 担忧 忧虑 不安",
        "hate": "hate hateful hatred loathing 憎恨 憎恶 仇恨 痛恨",
        "calm": "calm calmly composed serene serenely 平静 冷静 镇定 沉稳",
        "gentle": "gentle gently tender tenderly 温柔 温和 轻柔 柔和",
        "relax": "relax relaxed 放松 轻松",
        "serious": "serious solemn solemnly stern sternly 严肃 庄重 郑重",
        "lyrical": "lyrical 抒情",
        "jealousy": "jealous jealousy 嫉妒",
        "pity": "pity pitying 怜悯",
    }
)
"""What emotions are called; the later ones are those that only some voices have."""

_NEAREST: Mapping[str, str] = MappingProxyType(
    {
        "excited": "happy",
        "satisfied": "happy",
        "disgruntled": "angry",
        "disappointed": "sad",
        "anxiety": "fear",
        "hate": "disgust",
    }
)
"""What a voice without that emotion gives instead."""

_WEAK, _STRONG = 0.6, 1.5
_EMOTION_OF = {word: emotion for emotion, words in _WORDS.items() for word in words.split()}


def _any(words: str) -> str:
    """A pattern for any of the words, Latin ones whole, the longest first."""
    latin = sorted((word for word in words.split() if word.isascii()), key=len, reverse=True)
    other = sorted((word for word in words.split() if not word.isascii()), key=len, reverse=True)
    return f"(?:(?<![a-z])(?:{'|'.join(latin)})(?![a-z])|{'|'.join(other)})"


_EMOTION = re.compile(_any(" ".join(_EMOTION_OF)))

# A list as in "not sad, angry, or afraid" is one clause.
_IN_LIST = re.compile(r",(?=(?:\s*[a-z]+\s*,){0,6}\s*(?:[a-z]+\s+)?(?:or|nor)(?![a-z]))")
_CLAUSE_END = re.compile(
    r"[,.;:!?\n，。；：！？—–]|(?<![a-z])(?:but|instead(?!\s+of)|rather(?!\s+than))(?![a-z])"
    r"|而是|反而|但是?|却|改为|改用|换成|(?<![不需想必主重只])要(?!求)"
)
_NOT_MEANT = re.compile(  # "not", or "even though": what stands behind it is not how to speak
    r"(?<![a-z])(?:not(?!\s+(?:only|just))|no|non|never|neither|nor|without|avoid|avoiding|less|cannot|dont"
    r"|instead\s+of|rather\s+than|(?<!as )(?:if|though)|although|despite|regardless)(?![a-z])"
    r"|n't(?!\s+forget)"
    r"|(?<!忍)不(?![仅但光只同错断停禁由妨时])|(?<![特分区告个差离])别(?![扭样具人的忘])|没(?![精关])"
    r"|无(?![比限尽穷奈助聊])|勿|莫(?!名)|避免|禁止|防止|切忌|而非|并非|虽然|尽管|即使|即便|如果"
)
_SOMEONE = re.compile(
    r"\s*(?:and\s+[a-z]+\s+|的)?(?:(?:customer|client|user|caller|guest|listener|audience|patient|person|child)s?"
    r"|people|children|客户|客人|顾客|用户|来电者|听众|观众|病人|患者|孩子|小孩|人(?!的|一样|似))"
)
_AS = re.compile(r"(?<![a-z])(?:like|as\s+(?:an?|if|though))(?![a-z])|像|如同|仿佛|扮演|假装|作为")

_WEAKLY = re.compile(
    r"(?:(?<![a-z])(?:slightly|slight|a (?:little |tiny )?bit|a little|a touch of|a hint of|somewhat|mildly"
    r"|mild|subtly|subtle|faintly|faint)\s+(?:of\s+)?(?:[a-z]+\s+)?"
    r"|(?:稍微|稍稍|稍|略微|略带|略显|略|有一点|有点|一点点|一点|一丝|一些|有些|些许|微微|淡淡|轻微)[的地儿]?)$"
)
_STRONGLY = re.compile(
    r"(?:(?<![a-z])(?:very|extremely|really|so|super|incredibly|deeply|deep|intensely|intense|highly|utterly|totally"
    r"|extreme|strongly|strong|great|absolutely|terribly)\s+(?:[a-z]+\s+)?"
    r"|(?:非常|十分|特别|极其|极度|极为|极|万分|无比|超级|超|很|太|格外|强烈|深深|相当)[的地是]?)$"
)
_STRONGLY_AFTER = re.compile(r"极了|至极|万分|不已|得不得了")


def mood(instructions: str, emotions: Collection[str]) -> tuple[str, float]:
    """Gives the first emotion that the instructions ask for and that is one of ``emotions``.

    English and Chinese are understood. What is negated ("don't sound sad") or is said of somebody else
    ("to an angry customer") is not asked for.

    Returns:
        The emotion and its intensity: 1, or less or more where the words say so ("slightly", "非常").
        ``("neutral", 1.0)`` where none is asked for.
    """
    for clause in _clauses(instructions):
        for found in _meant(clause):
            if emotion := _known(_EMOTION_OF[found.group()], emotions):
                return emotion, _intensity(clause[: found.start()], clause[found.end() :])
    return NEUTRAL, 1.0


def _clauses(instructions: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", instructions).replace("’", "'").casefold()
    yield from _CLAUSE_END.split(_IN_LIST.sub(" ", text))


def _meant(clause: str) -> Iterator[re.Match[str]]:
    """Yields the words for the speaker's own emotion, up to a negation, which holds to the clause's end."""
    negation, likeness = _NOT_MEANT.search(clause), _AS.search(clause)
    for found in _EMOTION.finditer(clause):
        if negation and negation.end() <= found.start():
            return
        is_likened = likeness is not None and likeness.end() <= found.start()
        if is_likened or not _SOMEONE.match(clause, found.end()):
            yield found


def _known(emotion: str, emotions: Collection[str]) -> str | None:
    """The emotion, or the nearest to it, that is there."""
    return next((name for name in (emotion, _NEAREST.get(emotion)) if name in emotions), None)


def _intensity(before: str, behind: str) -> float:
    if _WEAKLY.search(before):
        return _WEAK
    return _STRONG if _STRONGLY.search(before) or _STRONGLY_AFTER.match(behind) else 1.0
