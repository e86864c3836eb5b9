"""Sentences as Sambert's linguistic symbols (``{sy$tone$syllable_flag$word_segment$emotion$speaker}``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.text.sentence import Sentence, Syllable, Word
from service.text.syllable import Syllabary

_ENGLISH_AS_CHINESE = {"wu": "w", "yi": "y"}


class SymbolRenderer:
    """Renders sentences to the symbol lines that official voices take."""

    def __init__(self) -> None:
        self._syllabary = Syllabary()

    def render(self, sentence: Sentence, speaker: str = "F7") -> str:
        """One line of symbols, one blank between them, the last one ``#4``.

        Phones carry their word's emotion, break symbols ``emotion_none``, as official lines do.
        """
        return " ".join(symbol for word in sentence.words for symbol in self._word(word, speaker))

    def _word(self, word: Word, speaker: str) -> Iterator[str]:
        syllables = list(self._syllables(word))
        last = sum(len(phones) for phones, _ in syllables) - 1
        index = 0
        for phones, tone in syllables:
            for place, phone in enumerate(phones):
                flags = f"{_flag('s', place, len(phones) - 1)}${_flag('word', index, last)}"
                yield f"{{{phone}${tone}${flags}$emotion_{word.style.emotion}${speaker}}}"
                index += 1
        yield f"{{#{word.break_after}$tone_none$s_none$word_none$emotion_none${speaker}}}"

    def _syllables(self, word: Word) -> Iterator[tuple[Sequence[str], str]]:
        """Phones and tone of each syllable."""
        for syllable in word.syllables:
            yield self._mandarin(syllable), f"tone{syllable.tone}"
        for phones in word.phones:
            names = [phone.rstrip("012").lower() for phone in phones]
            yield [_ENGLISH_AS_CHINESE.get(name, name) for name in names], f"tone{_stress(phones)}"

    def _mandarin(self, syllable: Syllable) -> tuple[str, str]:
        return self._syllabary.phones[self._syllabary.key(syllable)]


def _flag(kind: str, index: int, last: int) -> str:
    if last == 0:
        return f"{kind}_both"
    return f"{kind}_begin" if index == 0 else f"{kind}_end" if index == last else f"{kind}_middle"


def _stress(phones: Sequence[str]) -> int:
    """1 where the vowel has primary stress, else 0 (secondary stress counts as none)."""
    return int(any(phone.endswith("1") for phone in phones))
