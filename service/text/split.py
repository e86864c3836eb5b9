"""Where sentences end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.text.glyph import CUT, Glyph, text_of

LONGEST = 300
"""Characters after which a stretch without any sentence end is cut, to bound latency and memory."""

_OPENING = "“‘「『（(【《〈[｛{"
_CLOSING = "”’」』）)】》〉]｝}"
_PAIRS = dict(zip(_OPENING, _CLOSING, strict=True))
_ENDS = re.compile(r"[。！？!?]+|\.(?=\s|$|[”’」』）)】》〉\]}\"])|[;；](?=\s*\n)")
_TRAIL = re.compile(rf"[{re.escape(_CLOSING)}\"'。！？!?…\s]*")
_ABBREVIATION = re.compile(r"(?:^|[^A-Za-z])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e)$")
_CUTS = (re.compile(r"[；;]"), re.compile(r"[，,：:—]"), re.compile(r"[、\s]"))
_INSIDE = re.compile(r"[0-9A-Za-z.,:/%@_+-]+")


def split(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """The glyphs of each sentence in turn; together they are all of ``glyphs``.

    A sentence ends after ``。！？`` and closing quotes, after a full stop that no digit or letter
    follows, and at every line break; never inside a number, and inside a quotation or bracket only
    when that is longer than ``LONGEST`` characters.
    """
    text = text_of(glyphs)
    start = 0
    for line in re.finditer(rf"[^{CUT}]*(?:{CUT}+|$)", text):
        for end in _sentence_ends(line[0]):
            yield from _bounded(glyphs, text, start, line.start() + end)
            start = line.start() + end
    if start < len(text):
        yield list(glyphs[start:])


def _sentence_ends(line: str) -> Iterator[int]:
    """Offsets right after each sentence of one line, the line's own end last."""
    inside = _enclosed(line)
    end = 0
    for match in _ENDS.finditer(line):
        if match.start() < end or inside[match.start()] or _is_abbreviation(line, match):
            continue
        end = _TRAIL.match(line, match.end()).end()  # type: ignore[union-attr]  # the pattern matches the empty string
        yield end
    if end < len(line):
        yield len(line)


def _is_abbreviation(line: str, match: re.Match[str]) -> bool:
    if match[0] != ".":
        return False
    return _ABBREVIATION.search(line, max(0, match.start() - 6), match.start()) is not None


def _enclosed(line: str) -> bytearray:
    """For each character 1 when it lies inside a closed pair of quotes or brackets of bounded length."""
    inside = bytearray(len(line))
    stack: list[tuple[str, int]] = []
    straight = -1
    for i, char in enumerate(line):
        if char in _PAIRS:
            stack.append((_PAIRS[char], i))
        elif char == '"':
            if straight >= 0:
                _mark(inside, straight, i)
            straight = -1 if straight >= 0 else i
        elif stack and char == stack[-1][0]:
            _mark(inside, stack.pop()[1], i)
    return inside


def _mark(inside: bytearray, start: int, end: int) -> None:
    # A sentence's own end may stand right before the closing quote: “你好。” ends a sentence there.
    if end - start <= LONGEST:
        inside[start:end] = b"\x01" * (end - start)


def _bounded(glyphs: Sequence[Glyph], text: str, start: int, end: int) -> Iterator[list[Glyph]]:
    while end - start > LONGEST:
        cut = _best_cut(text, start, start + LONGEST)
        yield list(glyphs[start:cut])
        start = cut
    if end > start:
        yield list(glyphs[start:end])


def _best_cut(text: str, start: int, limit: int) -> int:
    """After the last good mark of the window's second half, else before the number or word at its end."""
    for marks in _CUTS:
        found = [
            match.end()
            for match in marks.finditer(text, start + LONGEST // 2, limit)
            if not _in_token(text, match.start())
        ]
        if found:
            return found[-1]
    token = next((m for m in _INSIDE.finditer(text, start, limit + 1) if m.start() < limit < m.end()), None)
    return token.start() if token and token.start() > start else limit


def _in_token(text: str, position: int) -> bool:
    return (
        0 < position < len(text) - 1
        and text[position - 1].isalnum()
        and text[position + 1].isalnum()
        and text[position] in ",:.-"
    )
