"""``qingsheng read``: shows what will be spoken."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Literal

from service.text.errors import FrontEndError
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Word
from service.text.symbols import SymbolRenderer

View = Literal["words", "symbols", "json"]

_BREAKS = {1: "", 2: " |", 3: " ‖", 4: ""}


class Reader:
    """Reads texts one after the other and writes how each will be spoken."""

    def __init__(
        self, frontend: FrontEnd, view: View, write: Callable[[str], None], complain: Callable[[str], None]
    ) -> None:
        """``write`` and ``complain`` take a line at a time, without its end."""
        self._frontend = frontend
        self._view = view
        self._show: Callable[[Sentence], str] = SymbolRenderer().render if view == "symbols" else _words
        self._write = write
        self._complain = complain

    def read(self, text: str) -> bool:
        """Writes one text: a line a sentence, or with the view ``json`` one line in all.

        Returns whether the text could be read; what is wrong with it is complained of, but the view
        ``json`` says it in its line.
        """
        if self._view == "json":
            self._write(json.dumps(self._described(text), ensure_ascii=False))
            return True
        try:
            for sentence in self._frontend.read(text):
                self._write(self._show(sentence))
        except FrontEndError as error:
            self._complain(str(error))
            return False
        return True

    def _described(self, text: str) -> dict[str, object]:
        try:
            return {
                "text": text,
                "sentences": [_described(sentence) for sentence in self._frontend.read(text)],
            }
        except FrontEndError as error:
            return {"text": text, "sentences": [], "error": str(error)}


def _described(sentence: Sentence) -> dict[str, object]:
    return {"emotion": sentence.style.emotion, "words": [_described_word(word) for word in sentence.words]}


def _described_word(word: Word) -> dict[str, object]:
    shown: dict[str, object] = {
        "text": word.text,
        "pinyin": [str(syllable) for syllable in word.syllables],
        "break": word.break_after,
    }
    if word.phones:
        shown["arpabet"] = _arpabet(word)
    return shown


def _words(sentence: Sentence) -> str:
    """Words with their pinyin or ARPAbet, ends of phrases as ``|`` and ``‖``."""
    emotion = sentence.style.emotion
    words = " ".join(f"{word.text}({_sound(word)}){_BREAKS[word.break_after]}" for word in sentence.words)
    return words if emotion == "neutral" else f"[{emotion}] {words}"


def _sound(word: Word) -> str:
    return " . ".join(_arpabet(word)) if word.phones else " ".join(map(str, word.syllables))


def _arpabet(word: Word) -> Sequence[str]:
    return [" ".join(syllable) for syllable in word.phones]
