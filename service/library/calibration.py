"""What a voice is made to say so that its int8 vocoder can be calibrated and judged."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources

from service.models.errors import SymbolError
from service.models.line import SymbolLine
from service.models.unit import LinguisticUnit
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Style
from service.text.symbols import SymbolRenderer

_USUAL_SPEAKER = "F7"  # official lines name it, whoever speaks
_SYLLABLES = 16  # of a line without a text
_SEED = 20221101


@dataclass(frozen=True, slots=True)
class Calibration:
    """Lines for a voice, the first half to calibrate with, the second half to judge by.

    Attributes:
        lines: an even number of them; each half has every emotion of the voice.
        texts: what is said in each; None where it has no meaning.
    """

    lines: tuple[SymbolLine, ...]
    texts: tuple[str, ...] | None

    @property
    def judged(self) -> tuple[str, ...] | None:
        """What is said in the second half."""
        return None if self.texts is None else self.texts[len(self.texts) // 2 :]


def calibration(unit: LinguisticUnit) -> Calibration:
    """Gives the lines for a voice: our own sentences, or for other languages syllables by lot."""
    sentences = _sentences(unit.emotions)
    lines = [_line(sentence, unit) for sentence in sentences]
    try:
        for line in lines:
            unit.encode(line)
    except SymbolError:
        return Calibration(tuple(map(SymbolLine.plain, _by_lot(unit, len(lines)))), texts=None)
    return Calibration(tuple(map(SymbolLine.plain, lines)), tuple(sentence.text for sentence in sentences))


def moods(emotions: Sequence[str], place: int, places: int) -> Sequence[str]:
    """Gives the emotions of one of so many places: all take part in turn, several where places are few."""
    return emotions[place::places] or (emotions[place % len(emotions)],)


def _sentences(emotions: Sequence[str]) -> list[Sentence]:
    text = (resources.files(__package__) / "data" / "calibration.txt").read_text("utf-8")
    frontend = FrontEnd()
    read = [sentence for line in text.splitlines() for sentence in frontend.read(line)]
    half = len(read) // 2
    return [_felt(sentence, moods(emotions, i % half, half)) for i, sentence in enumerate(read)]


def _felt(sentence: Sentence, emotions: Sequence[str]) -> Sentence:
    """The sentence in these emotions, one stretch of words after the other."""
    count = len(sentence.words)
    words = (
        replace(word, style=Style(emotion=emotions[i * len(emotions) // count]))
        for i, word in enumerate(sentence.words)
    )
    return replace(sentence, words=tuple(words))


def _line(sentence: Sentence, unit: LinguisticUnit) -> str:
    renderer = SymbolRenderer()
    render = renderer.byte_symbols if unit.byte_input else renderer.symbols
    return " ".join(symbol.text for symbol in render(sentence, _speaker(unit)))


def _speaker(unit: LinguisticUnit) -> str:
    return _USUAL_SPEAKER if _USUAL_SPEAKER in unit.speakers else unit.speakers[0]


def _by_lot(unit: LinguisticUnit, count: int) -> Iterator[str]:
    """Lines of words of two syllables from the voice's own phones and tones, the same at every call."""
    lot, half = random.Random(_SEED), count // 2  # noqa: S311  no secret
    for place in range(count):
        emotions = moods(unit.emotions, place % half, half)
        stretches = [emotions[i * len(emotions) // _SYLLABLES] for i in range(_SYLLABLES)]
        pairs = zip(stretches[::2], stretches[1::2], strict=True)
        words = [symbol for pair in pairs for symbol in _word(unit, lot, pair)]
        yield " ".join([*words[:-1], words[-1].replace("#1", "#4")])


def _word(unit: LinguisticUnit, lot: random.Random, emotions: tuple[str, str]) -> Iterator[str]:
    phones = [name for name in unit.vocabularies["sy"] if not name.startswith("#")]
    tones = [name for name in unit.vocabularies["tone"] if name != "tone_none"]
    flags = (("word_begin", "word_middle"), ("word_middle", "word_end"))
    for emotion, (first, last) in zip(emotions, flags, strict=True):
        tone = lot.choice(tones)
        for place, flag in (("s_begin", first), ("s_end", last)):
            fields = {"sy": lot.choice(phones), "tone": tone, "syllable_flag": place, "word_segment": flag}
            yield _symbol(unit, fields, emotion)
    fields = {"sy": "#1", "tone": "tone_none", "syllable_flag": "s_none", "word_segment": "word_none"}
    yield _symbol(unit, fields, "none")


def _symbol(unit: LinguisticUnit, fields: dict[str, str], emotion: str) -> str:
    named = fields | {"emo_category": f"emotion_{emotion}", "speaker_category": _speaker(unit)}
    return "{" + "$".join(named[feature] for feature in unit.features) + "}"
