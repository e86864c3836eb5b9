"""Where 儿 is a syllable of its own and where it only curls the one before it."""

from __future__ import annotations

import re

_OWN_SYLLABLE_AFTER = re.compile(
    r"(?:[女婴幼孤胎少育健男宠弃患产妻托混小娇侄孙佼优安普生全血新运巨二三四五几两一个的是有无没大病我你他她]|[新早]生|幸运|混血|低能)儿$"
)
_OWN_SYLLABLE_BEFORE = re.compile(r"[童子女科媳歌时孙戏茶郎孩少]")
_STILL_ERHUA = re.compile(r"(?:有点|没事|一个|小孩|小曲|大伙|个|一块|一会|几)儿$")
_NOT_ERHUA = frozenset(("女儿", "小儿", "男儿", "生儿", "个儿女"))


def curls(text: str, i: int) -> bool:
    """Whether the 儿 at ``text[i]`` merges with the syllable before it."""
    if i == 0 or text[i] != "儿" or not "\u4e00" <= text[i - 1] <= "\u9fff":
        return False
    before = text[max(0, i - 3) : i + 1]
    if _OWN_SYLLABLE_BEFORE.match(text, i + 1):
        return False
    return before[-2:] not in _NOT_ERHUA and (
        _STILL_ERHUA.search(before) is not None or _OWN_SYLLABLE_AFTER.search(before) is None
    )
