"""Sentences as Sambert's linguistic symbols (``{sy$tone$syllable_flag$word_segment$emotion$speaker}``).

Voices with byte input take ``{byte$emotion$speaker}`` instead: the spoken text itself, in UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.text.sentence import Sentence, Style, Syllable, Word
from service.text.syllable import Syllabary

_ENGLISH_AS_CHINESE = {"wu": "w", "yi": "y"}
_BYTE_ENDS = "!.?"  # texts with byte input end in one of these


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol, and what of the sentence it stands for.

    Attributes:
        text: the symbol in its braces.
        word: the index in the sentence of its word; a break belongs to the word before it.
        syllable: the index of its syllable within the word; None for a break and for a byte.
        style: its word's.
        is_break: it stands for no sound of the word: a break symbol, or a byte of punctuation or of a blank.
    """

    text: str
    word: int
    syllable: int | None
    style: Style
    is_break: bool = False


class SymbolRenderer:
    """Renders sentences to the symbol lines that official voices take."""

    def __init__(self) -> None:
        self._syllabary = Syllabary()

    def render(self, sentence: Sentence, speaker: str = "F7") -> str:
        """One line: the ``symbols`` of the sentence, one blank between them."""
        return " ".join(symbol.text for symbol in self.symbols(sentence, speaker))

    def symbols(self, sentence: Sentence, speaker: str = "F7") -> list[Symbol]:
        """Gives the phones of each word and the break behind it; the last symbol is ``#4``.

        Phones carry their word's emotion, break symbols ``emotion_none``, as official lines do.
        """
        return [
            symbol for index, word in enumerate(sentence.words) for symbol in self._word(index, word, speaker)
        ]

    def byte_symbols(self, sentence: Sentence, speaker: str = "F7") -> list[Symbol]:
        """Gives a symbol for each byte of the spoken text, in UTF-8, with its number in decimal.

        A text that does not end in ``!``, ``.`` or ``?`` gets a full stop, as in training. All bytes carry
        their word's emotion; punctuation and blanks go with the word before them.
        """
        return [
            Symbol(f"{{{byte}${_styled(style, speaker)}}}", index, None, style, is_break)
            for index, part, is_break in _parts(sentence)
            for style in (sentence.words[index].style,)
            for byte in part.encode("utf-8")
        ]

    def _word(self, index: int, word: Word, speaker: str) -> Iterator[Symbol]:
        syllables = list(self._syllables(word))
        last = sum(len(phones) for phones, _ in syllables) - 1
        done = 0
        for number, (phones, tone) in enumerate(syllables):
            for place, phone in enumerate(phones):
                flags = f"{_flag('s', place, len(phones) - 1)}${_flag('word', done, last)}"
                text = f"{{{phone}${tone}${flags}${_styled(word.style, speaker)}}}"
                yield Symbol(text, index, number, word.style)
                done += 1
        text = f"{{#{word.break_after}$tone_none$s_none$word_none$emotion_none${speaker}}}"
        yield Symbol(text, index, None, word.style, is_break=True)

    def _syllables(self, word: Word) -> Iterator[tuple[Sequence[str], str]]:
        """Phones and tone of each syllable."""
        for syllable in word.syllables:
            yield self._mandarin(syllable), f"tone{syllable.tone}"
        for phones in word.phones:
            names = [phone.rstrip("012").lower() for phone in phones]
            yield [_ENGLISH_AS_CHINESE.get(name, name) for name in names], f"tone{_stress(phones)}"

    def _mandarin(self, syllable: Syllable) -> tuple[str, str]:
        return self._syllabary.phones[self._syllabary.key(syllable)]


def _styled(style: Style, speaker: str) -> str:
    return f"emotion_{style.emotion}${speaker}"


def _flag(kind: str, index: int, last: int) -> str:
    if last == 0:
        return f"{kind}_both"
    return f"{kind}_begin" if index == 0 else f"{kind}_end" if index == last else f"{kind}_middle"


def _stress(phones: Sequence[str]) -> int:
    """1 where the vowel has primary stress, else 0 (secondary stress counts as none)."""
    return int(any(phone.endswith("1") for phone in phones))


def _parts(sentence: Sentence) -> Iterator[tuple[int, str, bool]]:
    """Yields the spoken text in parts: the word's index, the part, and whether it only parts words."""
    text = sentence.text
    text += "" if text.endswith(tuple(_BYTE_ENDS)) else "."
    end = 0
    for index, word in enumerate(sentence.words):
        spoken = word.text.strip()
        start = text.index(spoken, end)
        yield max(index - 1, 0), text[end:start], True
        yield index, spoken, False
        end = start + len(spoken)
        yield index, text[end : end + len(word.mark)], True
        end += len(word.mark)
    yield len(sentence.words) - 1, text[end:], True
