from __future__ import annotations

from collections.abc import Callable

import pytest

from service.text.characters import Cleaner
from service.text.frontend import FrontEnd
from service.text.glyph import plain
from service.text.normalize import Normalizer
from service.text.sentence import Style
from service.text.syllable import Syllabary


@pytest.fixture(scope="session")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture(scope="session")
def syllabary() -> Syllabary:
    return Syllabary()


@pytest.fixture(scope="session")
def clean() -> Callable[[str], str]:
    """A text with its characters rewritten, nothing put into words yet."""
    cleaner = Cleaner()
    return lambda text: "".join(glyph.char for glyph in cleaner.clean(plain(text, Style())))


@pytest.fixture(scope="session")
def spoken() -> Callable[[str], str]:
    """A text in words, single blanks where it has blanks or rests."""
    cleaner, normalizer = Cleaner(), Normalizer()

    def speak(text: str) -> str:
        glyphs = normalizer.normalize(cleaner.clean(plain(text, Style())))
        return " ".join("".join(glyph.char for glyph in glyphs).split())

    return speak


@pytest.fixture(scope="session")
def pinyin(frontend: FrontEnd) -> Callable[[str], str]:
    """The Mandarin syllables of a text, after sandhi."""
    return lambda text: " ".join(
        str(syllable)
        for sentence in frontend.read(text)
        for word in sentence.words
        for syllable in word.syllables
    )
