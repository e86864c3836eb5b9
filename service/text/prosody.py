"""Which words lean on each other, and where a long phrase takes a small break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.text.sentence import BreakLevel, Style, Syllable

_ENCLITIC_TAGS = frozenset(("uj", "uv", "ud", "ul", "ug", "uz", "y", "k", "u"))
_ENCLITICS = frozenset("的地得了着过们吗呢吧啊呀嘛啦哦哟么")
_MEASURES = frozenset("分秒元折点号年月日个位名岁级楼层路室")
_MEASURE_TAGS = frozenset(("q", "m", "mq"))
_BEFORE = frozenset(("p", "c", "d", "v", "r"))
_SHORT_PHRASE, _BEST_PHRASE, _LONG_PHRASE = 4, 7, 10


@dataclass(slots=True)
class Draft:
    """A word in the making. ``parts`` are the lengths of its own parts, in syllables; see ``sandhi``."""

    text: str
    start: int
    end: int
    style: Style
    tag: str = "x"
    syllables: list[Syllable] = field(default_factory=list)
    phones: tuple[tuple[str, ...], ...] = ()
    parts: tuple[int, ...] = ()
    break_after: int = 1
    pause: float | None = None
    mark: str = ""
    pinned: bool = False

    @property
    def length(self) -> int:
        """How many syllables it has."""
        return len(self.syllables) + len(self.phones)


def bind(drafts: Sequence[Draft]) -> list[Draft]:
    """Particles join the word before them (我们 + 的), a measure word its number (三 + 个)."""
    bound: list[Draft] = []
    for draft in drafts:
        if bound and _leans(bound[-1], draft):
            bound[-1] = _joined(bound[-1], draft)
        else:
            bound.append(draft)
    return bound


def _leans(left: Draft, right: Draft) -> bool:
    if left.break_after > 1 or left.mark or left.style != right.style or left.pinned or right.pinned:
        return False
    if not left.syllables or len(right.text) > 1 or left.length > 6:
        return False
    particle = right.text in _ENCLITICS and (right.tag in _ENCLITIC_TAGS or right.text in "的了吗呢吧们")
    return particle or (left.tag == "m" and (right.tag in _MEASURE_TAGS or right.text in _MEASURES))


def _joined(left: Draft, right: Draft) -> Draft:
    return replace(
        left,
        text=left.text + right.text,
        end=right.end,
        syllables=left.syllables + right.syllables,
        parts=left.parts + right.parts,
        break_after=right.break_after,
        mark=right.mark,
        pause=right.pause,
    )


def breathe(drafts: Sequence[Draft]) -> None:
    """Raises some word boundaries to minor phrase breaks (2) where a phrase has more than ten syllables."""
    start = 0
    for i, draft in enumerate(drafts):
        if draft.break_after > 1 or i == len(drafts) - 1:
            _divide(drafts[start : i + 1])
            start = i + 1


def _divide(phrase: Sequence[Draft]) -> None:
    """The cheapest division of one phrase, by dynamic programming over its word boundaries."""
    if sum(draft.length for draft in phrase) <= _LONG_PHRASE:
        return
    count = len(phrase)
    best: list[tuple[float, int]] = [(0.0, 0)] + [(float("inf"), 0)] * count
    for end in range(1, count + 1):
        length = 0
        for begin in range(end - 1, -1, -1):
            length += phrase[begin].length
            cost = (
                best[begin][0] + _length_cost(length) + (_boundary_cost(phrase, end) if end < count else 0.0)
            )
            if cost < best[end][0]:
                best[end] = (cost, begin)
            if length > 2 * _LONG_PHRASE:
                break
    boundary = best[count][1]
    while boundary:
        phrase[boundary - 1].break_after = 2
        boundary = best[boundary][1]


def _length_cost(length: int) -> float:
    return ((length - _BEST_PHRASE) / 3) ** 2 + (4.0 if length < _SHORT_PHRASE else 0.0)


def _boundary_cost(phrase: Sequence[Draft], at: int) -> float:
    """Cheap after a particle and before a preposition, conjunction or verb; dear inside a noun group."""
    left, right = phrase[at - 1], phrase[at]
    cost = 1.0
    if left.text[-1] in "的了着过们":
        cost -= 0.6
    if right.tag[:1] in _BEFORE:
        cost -= 0.5
    if left.tag[:1] in ("p", "d", "m", "c") or left.length == 1:
        cost += 1.0
    if left.phones and right.phones:
        cost += 1.5
    return cost


def level(level: int) -> BreakLevel:
    """A number from 1 to 4 as a break level."""
    return 4 if level >= 4 else 3 if level == 3 else 2 if level == 2 else 1
