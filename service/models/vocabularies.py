"""The lists of symbols that voices are trained on; a symbol's place in its list is its id."""

from __future__ import annotations

import json
from importlib import resources
from typing import TypedDict

DEFAULT_LANGUAGE = "PinYin"
_BYTES = 256


class _Document(TypedDict):
    """The data file: names with a blank between them, in order."""

    languages: dict[str, dict[str, str]]
    syllable_flag: str
    word_segment: str
    emotion: str


def vocabulary(feature: str, language: str = DEFAULT_LANGUAGE) -> tuple[str, ...]:
    """The names of a channel in the order of their ids, without the specials behind them.

    Args:
        feature: as models' ``lfeat_type_list`` spells it, except ``speaker_category``, which each voice
            has a list of its own for.
        language: ``PinYin``, ``Sichuan``, ``WuuShanghai`` or ``ZhHK``; any other is read as ``PinYin``.

    Raises:
        KeyError: there is no such feature.
    """
    document = _document()
    languages = document["languages"]
    spoken = languages.get(language, languages[DEFAULT_LANGUAGE])
    lists = {
        "sy": spoken["sy"],
        "tone": spoken["tone"],
        "syllable_flag": document["syllable_flag"],
        "word_segment": document["word_segment"],
        "emo_category": document["emotion"],
        "byte_index": " ".join(map(str, range(_BYTES))),
    }
    return tuple(lists[feature].split())


def _document() -> _Document:
    text = (resources.files(__package__) / "data" / "vocabularies.json").read_text("utf-8")
    loaded: _Document = json.loads(text)
    return loaded
