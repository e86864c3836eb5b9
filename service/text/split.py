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
_TRAILING = frozenset(_CLOSING + "'。！？!?…") | frozenset(" \t\n\u3000")
_ABBREVIATION = re.compile(r"(?:^|[^A-Za-z])(?:[A-Z]|[ap]\.m|Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e)$")
_CUTS = (re.compile(r"[；;]"), re.compile(r"[，,：:—]"), re.compile(r"[、\s]"))
_INSIDE = re.compile(r"[0-9A-Za-z.,:/%@_+-]+")


def split(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """The glyphs of each sentence in turn; together they are all of ``glyphs``.

    A sentence ends after ``。！？`` and closing quotes, after a full stop that no digit or letter
    follows, and at every line break; never inside a number, and inside a quotation or bracket only
    when that is longer than ``LONGEST`` characters.
    """
    text = text_of(glyphs)
    for line in re.finditer(rf"[^{CUT}]*(?:{CUT}+|$)", text):
        inside = _enclosed(line[0])
        start = 0
        for end in _sentence_ends(line[0], inside):
            for cut in (*_long_cuts(line[0], inside, start, end), end):
                yield list(glyphs[line.start() + start : line.start() + cut])
                start = cut


def _sentence_ends(line: str, inside: bytearray) -> Iterator[int]:
    """Offsets right after each sentence of one line, the line's own end last."""
    end = 0
    for match in _ENDS.finditer(line):
        if match.start() < end or _is_abbreviation(line, match):
            continue
        after = _trail_end(line, inside, match.end())
        if inside[match.start()] and not _closes_quotation(line, match.end(), after):
            continue
        end = after
        yield end
    if end < len(line):
        yield len(line)


def _trail_end(line: str, inside: bytearray, end: int) -> int:
    """Past closing quotes, further marks and blanks; a straight quote closes when it is not inside."""
    while end < len(line) and (line[end] in _TRAILING or (line[end] == '"' and not inside[end])):
        end += 1
    return end


def _closes_quotation(line: str, end: int, after: int) -> bool:
    """Whether a mark ends its quotation with the line, or with another quotation right behind it."""
    closed = any(char in _CLOSING + '"' for char in line[end:after])
    return closed and (after == len(line) or line[after] in _OPENING)


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


def _long_cuts(line: str, inside: bytearray, start: int, end: int) -> Iterator[int]:
    while end - start > LONGEST:
        start = _best_cut(line, inside, start, start + LONGEST)
        yield start


def _best_cut(line: str, inside: bytearray, start: int, limit: int) -> int:
    """After the last good mark of the window's second half, else before the number or word at its end."""
    earliest = start + LONGEST // 2
    for marks in _CUTS:
        for match in reversed(list(marks.finditer(line, earliest, limit))):
            if not inside[match.start()] and not _in_token(line, match.start()):
                return match.end()
    outside = next((at for at in range(limit, earliest, -1) if not inside[at] or not inside[at - 1]), limit)
    token = next(
        (m for m in _INSIDE.finditer(line, start, outside + 1) if m.start() < outside < m.end()), None
    )
    return token.start() if token and token.start() > start else outside


def _in_token(text: str, position: int) -> bool:
    return (
        0 < position < len(text) - 1
        and text[position - 1].isalnum()
        and text[position + 1].isalnum()
        and text[position] in ",:.-"
    )
