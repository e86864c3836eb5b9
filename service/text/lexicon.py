"""Readings that are looked up before any rule: our own list and the operator's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from service.text.data import lines
from service.text.sentence import Syllable
from service.text.syllable import Syllabary

Phones = tuple[str, ...]
_ARPABET = re.compile(
    r"(?:AA|AE|AH|AO|AW|AY|EH|ER|EY|IH|IY|OW|OY|UH|UW)[0-2]|B|CH|D|DH|F|G|HH|JH|K|L|M|N|NG|P|R|S|SH|T|TH|V|W|Y|Z|ZH"
)


class LexiconError(ValueError):
    """A lexicon line that cannot be used; the message names the line."""


class Lexicon:
    """Words with fixed readings.

    A lexicon is a TSV of word and reading. The reading of a Chinese word is one pinyin syllable with tone
    digit for each character (``会计算<TAB>hui4 ji4 suan4``), tones as in a dictionary, before sandhi. That of
    a Latin word is ARPAbet (``redis<TAB>R EH1 D IH0 S``) or, for a name that is Chinese, pinyin. Later lines
    win.

    A word of the built-in list holds only where the text falls into words at both of its ends, one of the
    operator's anywhere.

    Attributes:
        latin: readings of Latin words, in lower case.
        version: changes whenever a reading may have changed.
    """

    def __init__(self, syllabary: Syllabary, path: Path | None = None) -> None:
        """Reads the built-in lexicon and then ``path``. Raises LexiconError or OSError."""
        self._syllabary = syllabary
        self._chinese: dict[str, tuple[Syllable, ...]] = {}
        self._by_first: dict[str, list[str]] = {}
        self.latin: dict[str, tuple[Syllable, ...] | Phones] = {}
        ours, rows = lines("lexicon.tsv"), [] if path is None else _read(path)
        self._add(ours, "lexicon.tsv")
        self._add(rows, str(path))
        self._anywhere = frozenset(row.split("\t")[0].strip() for row in rows)
        self.version = hashlib.sha256("\n".join([*ours, "", *rows]).encode()).hexdigest()[:16]
        for word in sorted(self._chinese, key=len, reverse=True):
            self._by_first.setdefault(word[0], []).append(word)

    def words(self) -> Iterator[str]:
        """The Chinese words of more than one character."""
        return (word for word in self._chinese if len(word) > 1)

    def matches(self, text: str, bounds: Set[int]) -> Iterator[tuple[int, tuple[Syllable, ...]]]:
        """Where words of the lexicon stand in ``text``, longest first, without overlap: (offset, syllables).

        ``bounds`` are the offsets at which the text falls into words.
        """
        position = 0
        while position < len(text):
            candidates = self._by_first.get(text[position], ())
            word = next((word for word in candidates if self._holds(word, text, position, bounds)), None)
            if word is not None:
                yield position, self._chinese[word]
            position += len(word) if word else 1

    def _holds(self, word: str, text: str, start: int, bounds: Set[int]) -> bool:
        if not text.startswith(word, start):
            return False
        return word in self._anywhere or (start in bounds and start + len(word) in bounds)

    def _add(self, rows: Iterable[str], source: str) -> None:
        for number, row in enumerate(rows, 1):
            if not row.strip() or row.startswith("#"):
                continue
            word, tab, reading = row.strip().partition("\t")
            if not tab or not self._enter(word.strip(), reading.split()):
                raise LexiconError(
                    f"{source}, entry {number}: {row!r} is not a word, a tab and its reading "
                    "(one pinyin syllable with tone digit a character, or ARPAbet)"
                )

    def _enter(self, word: str, reading: list[str]) -> bool:
        syllables = tuple(filter(None, map(self._syllabary.parse, reading)))
        is_pinyin = bool(reading) and len(syllables) == len(reading)
        if not word.isascii():
            if is_pinyin and len(syllables) == len(word):
                self._chinese[word] = syllables
                return True
            return False
        if is_pinyin:
            self.latin[word.lower()] = syllables
        elif reading and all(map(_ARPABET.fullmatch, reading)):
            self.latin[word.lower()] = tuple(reading)
        else:
            return False
        return True


def _read(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path} is not UTF-8 (byte {error.start + 1})") from None
