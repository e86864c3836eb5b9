"""Text that arrives in pieces, such as a language model's tokens, given out sentence by sentence."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import NamedTuple

from service.text.glyph import CUT, plain
from service.text.sentence import Style
from service.text.split import LONGEST, split
from service.text.ssml import is_ssml

_ENDS = frozenset("。！？!?") | {CUT}
_ALIKE = str.maketrans(
    dict.fromkeys("\r\v\f\x85\u2028\u2029", CUT) | {"｡": "。", "．": ".", "﹖": "?", "﹗": "!"}
)
_CLOSING_TAG = re.compile(r"</speak\s*>$", re.IGNORECASE)
_CLOSING_TAG_LENGTH = 30
_NEXT = "啊"  # stands for what comes behind a full stop and its blank


class Part(NamedTuple):
    """A stretch of the text, usually one sentence, and where it starts in all of the text."""

    text: str
    start: int


class SentenceBuffer:
    """Gathers pieces and gives out what can be spoken; all parts together are all of the text.

    A part ends as ``split`` ends sentences, with one difference: nothing tells whether a quotation or
    bracket will be closed, so ``。！？`` end a part wherever they stand and at once. What may come behind,
    such as a closing quote, begins the next part, where it is not heard. An SSML document is one part.
    How the text was cut into pieces makes no difference.
    """

    def __init__(self) -> None:
        self._start = 0
        self._kept: list[str] = []  # what has come and was not given out, character by character
        self._alike: list[str] = []  # the same with one way to write each end
        self._wordy = False  # whether there is anything but punctuation in it
        self._document = False  # whether it is known to be SSML

    def push(self, piece: str) -> list[Part]:
        """Takes the next piece, of any length, and gives the parts that it completes."""
        parts: list[Part] = []
        for char in piece:
            self._kept.append(char)
            self._alike.append(char.translate(_ALIKE))
            self._wordy = self._wordy or char.isalnum()
            if length := self._complete():
                parts.append(self._cut(length))
        return parts

    def end(self) -> list[Part]:
        """Gives the rest of the text, nothing if there is none."""
        return [self._cut(len(self._kept))] if self._kept else []

    def _cut(self, length: int) -> Part:
        """Takes a part of that many characters from the front."""
        part = Part("".join(self._kept[:length]), self._start)
        self._start += length
        self._kept, self._alike = self._kept[length:], self._alike[length:]
        self._wordy = any(char.isalnum() for char in self._kept)
        self._document = False
        return part

    def _complete(self) -> int:
        """How many characters at the front are complete now that one more has come; 0 for none."""
        if self._kept[-1] == ">" and self._is_closing_tag() and self._is_document():
            return len(self._kept)
        if len(self._kept) > LONGEST:
            return 0 if self._is_document() else self._boundaries()[0]
        if self._wordy and self._is_end() and not self._is_document():
            return len(self._kept)
        return 0

    def _is_document(self) -> bool:
        self._document = self._document or is_ssml("".join(self._kept))
        return self._document

    def _is_closing_tag(self) -> bool:
        return _CLOSING_TAG.search("".join(self._kept[-_CLOSING_TAG_LENGTH:])) is not None

    def _is_end(self) -> bool:
        """Whether a sentence ends with the last character; a full stop tells by what is behind it."""
        if self._alike[-1] in _ENDS:
            return True
        behind_full_stop = self._alike[-2:-1] == ["."] and not self._alike[-1].isalnum()
        return behind_full_stop and len(self._alike) in self._boundaries(_NEXT)

    def _boundaries(self, following: str = "") -> list[int]:
        """Where ``split`` ends sentences, the last at the end of what there is with ``following``."""
        text = "".join(self._alike) + following
        return list(accumulate(len(glyphs) for glyphs in split(plain(text, Style()))))
